using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.ChatTemplates;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Tokenization;

namespace TokenFactory.Web.Hosting;

/// <summary>Turns a model folder into a model that serves: specification, tokenizer, template, executor, engine.</summary>
internal sealed class ModelLoader(DataFolder data, IHostEnvironment environment, IEnumerable<IEngineObserver> observers, ReplicaPower power, TimeProvider clock)
{
    /// <summary>Loads a model; blocks for as long as it takes.</summary>
    /// <exception cref="ModelFormatException">The folder is damaged or holds something unsupported.</exception>
    /// <exception cref="TokenizerFormatException">The same of its tokenizer.</exception>
    /// <exception cref="ChatTemplateException">The same of its chat template.</exception>
    public ServedModel Load(ModelOptions options, IProgress<ModelLoadProgress> progress, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        ModelFolder folder = ModelFolder.Open(FindFolder(options.Path));
        string name = options.Name ?? folder.Name;

        // The small files first: what is wrong with them shows before minutes are spent on the weights.
        ModelTokenizer ids = ModelTokenizer.Load(folder.Path);
        TokenizerAdapter tokenizer = new(ids);
        ChatTemplateAdapter? template = ChatTemplateAdapter.Load(folder.Path);
        List<EngineLoop> replicas = [];
        try
        {
            for (int index = 0; index < options.Replicas; index++)
            {
                OnnxModelExecutor executor = OnnxModelExecutor.Load(
                    folder, ToExecutorOptions(options).ForReplica(index, options.Replicas), progress, cancellation);
                replicas.Add(new EngineLoop(
                    executor,
                    new EngineOptions
                    {
                        ModelName = name,
                        CacheIdentity = $"{folder.Path}\n{executor.Device.Precision}",
                        Tokenizer = tokenizer,
                        EndTokens = [.. folder.Spec.EndTokens.Union(ids.EosIds)],
                        Policy = ToPolicy(options, executor),
                        Watts = power.Of(executor.Device.Id),
                        Clock = clock,
                    },
                    [.. observers]));
            }
        }
        catch
        {
            replicas.ForEach(replica => replica.Dispose());
            throw;
        }
        ModelFacts facts = new(
            folder.Spec.Architecture.ToString(), folder.Spec.ParameterCount, folder.Path, clock.GetUtcNow(), clock.GetElapsedTime(started));
        return new ServedModel(name, replicas, tokenizer, template, ToSampling(folder.Spec.Generation), facts);
    }

    /// <summary>A relative folder is looked for from the working directory, then beside the product's own files.</summary>
    private string FindFolder(string path)
    {
        if (path.Length == 0)
        {
            throw new StartupException("A model has no Path. Give --model FOLDER, or TokenFactory:Models:0:Path in appsettings.json.");
        }
        string beside = Path.Combine(environment.ContentRootPath, path);
        return Directory.Exists(path) || !Directory.Exists(beside) ? path : beside;
    }

    private OnnxExecutorOptions ToExecutorOptions(ModelOptions options) => new()
    {
        Precision = options.Precision,
        Threads = options.Threads,
        MaxSequences = options.MaxSequences,
        MaxContext = options.MaxContext,
        KvMemoryBytes = options.KvMemoryMegabytes * 1024 * 1024,
        CacheFolder = data.ModelCache,
    };

    private static BatchPolicy ToPolicy(ModelOptions options, OnnxModelExecutor executor)
    {
        BatchPolicy policy = BatchPolicy.For(executor.Limits);
        return policy with { PrefillChunk = options.PrefillChunk ?? policy.PrefillChunk, QueueRequests = options.QueueRequests };
    }

    private static SamplingParameters ToSampling(GenerationDefaults defaults)
    {
        SamplingParameters own = new();
        return own with
        {
            Temperature = defaults.Sample == false ? 0 : defaults.Temperature ?? own.Temperature,
            TopK = defaults.TopK ?? own.TopK,
            TopP = defaults.TopP ?? own.TopP,
            MinP = defaults.MinP ?? own.MinP,
            RepetitionPenalty = defaults.RepetitionPenalty ?? own.RepetitionPenalty,
        };
    }
}
