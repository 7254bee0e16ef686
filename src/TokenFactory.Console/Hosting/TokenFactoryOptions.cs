using TokenFactory.Engine.Text;
using TokenFactory.Models.Hub;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Hosting;

/// <summary>The section <c>TokenFactory</c> of the configuration: appsettings.json, environment (<c>TokenFactory__…</c>) or flags.</summary>
public sealed class TokenFactoryOptions
{
    public const string Section = "TokenFactory";

    /// <summary>Folder for the database and caches; relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>
    /// Connection string of the database of tenants and usage: <c>Data Source=FILE</c> for SQLite, <c>Host=…</c> for PostgreSQL; a
    /// SQLite file in the data folder where absent.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>Keys that are in force from the start on.</summary>
    public BootstrapOptions Bootstrap { get; } = new();

    /// <summary>How often the ledger is written.</summary>
    public LedgerOptions Ledger { get; } = new();

    /// <summary>Models to load at start.</summary>
    public IList<ModelOptions> Models { get; } = [];

    /// <summary>Models given by <c>--model</c>: where there are any, they stand in for <see cref="Models"/>.</summary>
    public IList<ModelOptions> ModelArguments { get; } = [];

    /// <summary>Folders whose sub-folders are listed as models; relative to the content root. Absent: <c>models</c>. Downloads are listed always.</summary>
    public IList<string> ModelFolders { get; } = [];

    /// <summary>A file that holds the CUDA driver, NVRTC and cuBLASLt, in place of those that are installed; absent: those are looked for.</summary>
    public string? CudaLibrary { get; set; }

    /// <summary>The hub that models are downloaded from.</summary>
    public HubOptions Hub { get; } = new();

    internal IEnumerable<string> FoldersOrDefault => ModelFolders.Count > 0 ? ModelFolders : ["models"];

    /// <summary>The models to load: those of the command line, else those of the configuration.</summary>
    public IEnumerable<ModelOptions> ModelsToLoad => ModelArguments.Count > 0 ? ModelArguments : Models;

    /// <summary>What makes no sense, each in words that name the key.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            yield return $"{Section}:{nameof(DataFolder)} is empty; name a folder, for instance ./data.";
        }
        foreach ((string key, TimeSpan value) in new[]
        {
            (nameof(Ledger.FlushInterval), Ledger.FlushInterval), (nameof(Ledger.CheckpointInterval), Ledger.CheckpointInterval), (nameof(Ledger.LongestBackOff), Ledger.LongestBackOff),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromMinutes(10))
            {
                yield return $"{Section}:{nameof(Ledger)}:{key} is {value}; it must be more than nothing and at most 10 minutes.";
            }
        }
        foreach (string problem in Bootstrap.FindProblems().Concat(Models.SelectMany((model, i) => model.FindProblems($"{Section}:{nameof(Models)}:{i}"))))
        {
            yield return problem;
        }
    }
}

/// <summary>Keys for the first start, where the operator names them rather than has them made.</summary>
public sealed class BootstrapOptions
{
    /// <summary>An administrator's key: <c>tf-</c> and 43 characters of base64url.</summary>
    public string? AdminKey { get; set; }

    /// <summary>A key of the tenant <c>local</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>What is no key; the text itself is not repeated.</summary>
    public IEnumerable<string> FindProblems() =>
        new[] { (Name: nameof(AdminKey), Text: AdminKey), (Name: nameof(ApiKey), Text: ApiKey) }
            .Where(key => !string.IsNullOrEmpty(key.Text) && !KeySecret.TryHash(key.Text, stackalloc byte[KeySecret.HashBytes]))
            .Select(key => $"{TokenFactoryOptions.Section}:Bootstrap:{key.Name} is no key; it must be tf- and 43 characters of base64url: 32 random bytes.");
}

/// <summary>One model to load.</summary>
public sealed class ModelOptions
{
    /// <summary>The name under which it is served; the folder's own name where absent.</summary>
    public string? Name { get; set; }

    /// <summary>A folder in Hugging Face layout; relative to the content root or the working directory.</summary>
    public string Path { get; set; } = "";

    /// <summary>Where it is computed; <c>Auto</c> is on GPUs where there are any that can, else on the processor.</summary>
    public ModelDevice Device { get; set; } = ModelDevice.Auto;

    /// <summary>What weights are kept in; <c>Auto</c> is bf16 on a GPU, or fp8 where they are stored so, and on the processor fp32, or int8 above 200 M parameters.</summary>
    public ModelPrecision Precision { get; set; } = ModelPrecision.Auto;

    /// <summary>What keys and values are kept in; <c>Fp8</c> is for GPUs, <c>Fp32</c>, <c>Fp16</c> and <c>Int8</c> are for the processor.</summary>
    public KvPrecision KvPrecision { get; set; } = KvPrecision.Auto;

    /// <summary>Replicas, each with weights and KV memory of its own: on the processor with a share of the threads, else on a GPU each.</summary>
    public int Replicas { get; set; } = 1;

    /// <summary>GPUs that share a replica, each with an even part of every layer; for a model that is too large for one. They need NCCL.</summary>
    public int DevicesPerReplica { get; set; } = 1;

    /// <summary>Threads that compute on the processor, over all replicas; 0: one each physical core.</summary>
    public int Threads { get; set; }

    /// <summary>Most sequences that run at once on a replica; null: 16 on the processor, 256 on a GPU.</summary>
    public int? MaxSequences { get; set; }

    /// <summary>Longest sequence; null: the model's, at most 4096 on the processor and 32,768 on a GPU.</summary>
    public int? MaxContext { get; set; }

    /// <summary>Memory for keys and values of a replica in MiB; null: on the processor a quarter of its share of the machine's, at most 16 GiB; on a GPU what the largest step leaves.</summary>
    public long? KvMemoryMegabytes { get; set; }

    /// <summary>Most tokens of a step, by which its memory is sized; null: 512 on the processor, 8192 on a GPU.</summary>
    public int? MaxStepTokens { get; set; }

    /// <summary>Most prompt tokens that one sequence computes in a step; null: as many as a step holds.</summary>
    public int? PrefillChunk { get; set; }

    /// <summary>Most tokens that are guessed ahead for a sequence and verified in one step; 0: none; null: as many as are nearly free there (none on a GPU).</summary>
    public int? DraftTokens { get; set; }

    /// <summary>Most requests that wait; more are refused with 503.</summary>
    public int QueueRequests { get; set; } = 2048;

    /// <summary>How its calls of tools are read; null: as its chat template shows.</summary>
    public ToolFormat? ToolFormat { get; set; }

    /// <summary>How its reasoning is read; null: as its chat template shows.</summary>
    public ReasoningFormat? ReasoningFormat { get; set; }

    internal ModelOptions Copy() => (ModelOptions)MemberwiseClone();

    /// <summary>What makes no sense, each in words that name the key below <paramref name="key"/>.</summary>
    public IEnumerable<string> FindProblems(string key)
    {
        if (Threads < 0)
        {
            yield return $"{key}:{nameof(Threads)} is {Threads}; it must be 0 (one each physical core) or more.";
        }
        if (DraftTokens < 0)
        {
            yield return $"{key}:{nameof(DraftTokens)} is {DraftTokens}; it must be 0 (none) or more.";
        }
        foreach ((string name, long? value) in new (string, long?)[]
        {
            (nameof(MaxSequences), MaxSequences), (nameof(MaxContext), MaxContext), (nameof(KvMemoryMegabytes), KvMemoryMegabytes),
            (nameof(MaxStepTokens), MaxStepTokens), (nameof(PrefillChunk), PrefillChunk), (nameof(QueueRequests), QueueRequests), (nameof(Replicas), Replicas),
            (nameof(DevicesPerReplica), DevicesPerReplica),
        })
        {
            if (value < 1)
            {
                yield return $"{key}:{name} is {value}; it must be at least 1.";
            }
        }
    }
}
