using TokenFactory.Engine.Onnx;

namespace TokenFactory.Web.Hosting;

/// <summary>The section <c>TokenFactory</c> of the configuration: appsettings.json, environment (<c>TokenFactory__…</c>) or flags.</summary>
public sealed class TokenFactoryOptions
{
    public const string Section = "TokenFactory";

    /// <summary>Folder for the database and caches; relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Models to load at start.</summary>
    public IList<ModelOptions> Models { get; } = [];

    /// <summary>Models given by <c>--model</c>: where there are any, they stand in for <see cref="Models"/>.</summary>
    public IList<ModelOptions> ModelArguments { get; } = [];

    /// <summary>The models to load: those of the command line, else those of the configuration.</summary>
    public IEnumerable<ModelOptions> ModelsToLoad => ModelArguments.Count > 0 ? ModelArguments : Models;
}

/// <summary>One model to load.</summary>
public sealed class ModelOptions
{
    /// <summary>The name under which it is served; the folder's own name where absent.</summary>
    public string? Name { get; set; }

    /// <summary>A folder in Hugging Face layout; relative to the content root or the working directory.</summary>
    public string Path { get; set; } = "";

    public WeightPrecision Precision { get; set; } = WeightPrecision.Auto;

    /// <summary>Threads that compute; 0: one each physical core.</summary>
    public int Threads { get; set; }

    /// <summary>Most sequences that run at once.</summary>
    public int MaxSequences { get; set; } = 16;

    /// <summary>Longest sequence; null: the model's, at most 4096.</summary>
    public int? MaxContext { get; set; }

    /// <summary>Memory for keys and values in MiB; null: a quarter of the machine's, at most 16 GiB.</summary>
    public long? KvMemoryMegabytes { get; set; }

    /// <summary>Most prompt tokens that one sequence computes in a step; null: as many as a step holds.</summary>
    public int? PrefillChunk { get; set; }

    /// <summary>Most requests that wait; more are refused with 503.</summary>
    public int QueueRequests { get; set; } = 2048;
}
