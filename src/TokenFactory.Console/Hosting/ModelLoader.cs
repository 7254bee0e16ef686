using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Text;
using TokenFactory.Models;
using TokenFactory.Models.ChatTemplates;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Tokenization;
using TokenFactory.Web.Serving.Backends;
using TokenFactory.Web.Serving.Folders;

namespace TokenFactory.Web.Hosting;

/// <summary>Turns a model folder into a model that serves: specification, tokenizer, template, executor, engine.</summary>
internal sealed class ModelLoader(ModelBackends backends, ModelFolders folders, IEnumerable<IEngineObserver> observers, ReplicaPower power, TimeProvider clock)
{
    /// <summary>Loads a model; blocks for as long as it takes.</summary>
    /// <exception cref="ModelFormatException">The folder is damaged or holds something unsupported.</exception>
    /// <exception cref="TokenizerFormatException">The same of its tokenizer.</exception>
    /// <exception cref="ChatTemplateException">The same of its chat template.</exception>
    public ServedModel Load(ModelOptions options, IProgress<ReplicaLoadProgress> progress, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        ModelFolder folder = ModelFolder.Open(folders.Resolve(options.Path));
        string name = options.Name ?? folder.Name;

        // The small files first: what is wrong with them shows before minutes are spent on the weights.
        ModelTokenizer ids = ModelTokenizer.Load(folder.Path);
        TokenizerAdapter tokenizer = new(ids);
        ChatTemplateAdapter? template = ChatTemplateAdapter.Load(folder.Path);
        string? embeddingObstacle = folder.FindPoolingProblem();
        IModelBackend backend = backends.Choose(folder, options);
        MemoryFit memory = backend.Estimate(folder.Spec, options);
        List<EngineLoop> replicas = [];
        try
        {
            for (int index = 0; index < options.Replicas; index++)
            {
                IModelExecutor executor = backend.Load(folder, options, index, new ReplicaProgress(progress, index, options.Replicas), cancellation);
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
            folder.Spec.Architecture.ToString(), folder.Spec.ParameterCount, folder.Path, clock.GetUtcNow(), clock.GetElapsedTime(started))
        {
            Memory = memory,
        };
        ChatDialect shown = template?.Dialect ?? ChatDialect.Plain;
        return new ServedModel(name, replicas, tokenizer, template, ToSampling(folder.Spec.Generation), facts)
        {
            EmbeddingObstacle = embeddingObstacle,
            Dialect = new ChatDialect(options.ToolFormat ?? shown.Tools, options.ReasoningFormat ?? shown.Reasoning),
        };
    }

    private static BatchPolicy ToPolicy(ModelOptions options, IModelExecutor executor)
    {
        BatchPolicy policy = BatchPolicy.For(executor.Limits);
        return policy with
        {
            PrefillChunk = options.PrefillChunk ?? policy.PrefillChunk,
            // It starts as the most that the executor verifies.
            DraftTokens = Math.Min(options.DraftTokens ?? policy.DraftTokens, policy.DraftTokens),
            QueueRequests = options.QueueRequests,
        };
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

    private sealed class ReplicaProgress(IProgress<ReplicaLoadProgress> progress, int index, int count) : IProgress<ModelLoadProgress>
    {
        public void Report(ModelLoadProgress value) => progress.Report(new ReplicaLoadProgress(index, count, value));
    }
}

/// <summary>How far the loading of a model is.</summary>
/// <param name="Replica">The replica that is being loaded, from 0.</param>
/// <param name="Replicas">How many there will be.</param>
/// <param name="Progress">How far it is.</param>
internal readonly record struct ReplicaLoadProgress(int Replica, int Replicas, ModelLoadProgress Progress);
