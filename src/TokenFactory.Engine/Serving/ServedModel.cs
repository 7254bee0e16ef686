using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Text;

namespace TokenFactory.Engine.Serving;

/// <summary>A model that answers requests: its replicas, and how text becomes tokens for it.</summary>
/// <param name="Name">The name under which clients ask for it.</param>
/// <param name="Replicas">What computes it, at least one: the same model in the same precision under the same limits, each on a device of its own.</param>
/// <param name="Tokenizer">Text to tokens and back.</param>
/// <param name="ChatTemplate">Conversations to text; null where the model has no template and answers completions only.</param>
/// <param name="Defaults">Sampling where the client says nothing.</param>
/// <param name="Facts">What the model is, for people.</param>
public sealed record ServedModel(
    string Name, IReadOnlyList<EngineLoop> Replicas, ITokenizer Tokenizer, IChatTemplate? ChatTemplate, SamplingParameters Defaults, ModelFacts Facts)
    : IDisposable
{
    /// <summary>What computes it. The replicas know one another: where one fails, another goes on with its requests.</summary>
    public IReadOnlyList<EngineLoop> Replicas { get; } = Introduce(Replicas);

    /// <summary>How it marks calls of tools and reasoning.</summary>
    public ChatDialect Dialect { get; init; } = ChatDialect.Plain;

    /// <summary>Why its hidden states are no embeddings, from its folder; null where nothing speaks against it.</summary>
    public string? EmbeddingObstacle { get; init; }

    /// <summary>Forms that texts can be held to.</summary>
    public ModelConstraints Constraints { get; } = new(Tokenizer, Replicas[0].Options.EndTokens, Replicas[0].Limits.VocabularySize);

    /// <summary>Longest sequence, prompt and generated tokens together.</summary>
    public int MaxContext => Replicas[0].MaxContext;

    /// <summary>What each replica can hold and compute.</summary>
    public ExecutorLimits Limits => Replicas[0].Limits;

    /// <summary>How the weights are held.</summary>
    public string Precision => Replicas[0].Device.Precision;

    /// <summary>The batch policy in force, the same on every replica.</summary>
    public PolicyVersion Policy => Replicas[0].Policy;

    /// <summary>All policies since load, oldest first.</summary>
    public IReadOnlyList<PolicyVersion> Policies => Replicas[0].Policies;

    /// <summary>Requests that run, over all replicas.</summary>
    public int TotalRunning => Replicas.Sum(replica => replica.Status.TotalRunning);

    /// <summary>Requests that wait, over all replicas.</summary>
    public int TotalWaiting => Replicas.Sum(replica => replica.Status.TotalWaiting);

    /// <summary>Whether new requests are refused until <see cref="Resume"/>.</summary>
    public bool IsDraining => Replicas[0].IsDraining;

    /// <summary>The replica that computes the next request; see <see cref="ReplicaChoice"/>. Allocates nothing.</summary>
    public EngineLoop ChooseReplica() => ReplicaChoice.LeastWork(Replicas);

    /// <summary>The replica on a device; null where there is none.</summary>
    public EngineLoop? FindReplica(string device) => Replicas.FirstOrDefault(replica => replica.Device.Id == device);

    /// <summary>Why the model answers nothing; null while a replica does.</summary>
    public string? FindProblem()
    {
        List<string> problems = [];
        foreach (EngineLoop replica in Replicas)
        {
            if (replica.FindProblem() is not { } problem)
            {
                return null;
            }
            problems.Add(problem);
        }
        return string.Join(' ', problems.Distinct());
    }

    /// <summary>Why it embeds no texts, in words; null where it does.</summary>
    public string? FindEmbeddingProblem() =>
        EmbeddingObstacle ?? (Limits.PooledWidth == 0 ? "what computes it gives no hidden states" : null);

    /// <summary>Puts a new batch policy into force on every replica, each at its next step.</summary>
    /// <exception cref="ArgumentException">The policy exceeds the replicas' limits; the message lists how, and nothing is changed.</exception>
    public async Task<PolicyVersion> ChangePolicyAsync(BatchPolicy policy, string author, string reason)
    {
        PolicyVersion[] versions = await Task.WhenAll(Replicas.Select(replica => replica.ChangePolicyAsync(policy, author, reason))).ConfigureAwait(false);
        return versions[0];
    }

    /// <summary>Refuses new requests on every replica; the task completes when none is left.</summary>
    public Task DrainAsync() => Task.WhenAll(Replicas.Select(replica => replica.DrainAsync()));

    /// <summary>Takes requests again after <see cref="DrainAsync"/>.</summary>
    public void Resume()
    {
        foreach (EngineLoop replica in Replicas)
        {
            replica.Resume();
        }
    }

    /// <summary>Stops every replica and releases its memory: what still runs or waits fails with a word about why.</summary>
    public void Dispose()
    {
        foreach (EngineLoop replica in Replicas)
        {
            replica.Dispose();
        }
    }

    private static IReadOnlyList<EngineLoop> Introduce(IReadOnlyList<EngineLoop> replicas)
    {
        foreach (EngineLoop replica in replicas)
        {
            replica.Peers = replicas;
        }
        return replicas;
    }
}

/// <summary>What a model is, for people.</summary>
/// <param name="Architecture">As its configuration names it, for instance <c>LlamaForCausalLM</c>.</param>
/// <param name="Parameters">Weights, counted.</param>
/// <param name="Folder">Where it was read from.</param>
/// <param name="LoadedAt">Since when it serves.</param>
/// <param name="LoadTime">How long loading took.</param>
public sealed record ModelFacts(string Architecture, long Parameters, string Folder, DateTimeOffset LoadedAt, TimeSpan LoadTime)
{
    /// <summary>What it was estimated to take before it was loaded; null where nobody did.</summary>
    public MemoryFit? Memory { get; init; }
}
