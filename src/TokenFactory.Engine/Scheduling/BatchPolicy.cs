using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// How steps are filled. Immutable: a change is a new record that takes effect at the next step of the running model. The executor's
/// limits are its ceiling; lowering a bound drains and never evicts running work.
/// </summary>
public sealed record BatchPolicy
{
    /// <summary>Most sequences that run at once.</summary>
    public required int MaxRunning { get; init; }

    /// <summary>Most tokens of a step, over all sequences.</summary>
    public required int TokenBudget { get; init; }

    /// <summary>Most prompt tokens that one sequence computes in a step.</summary>
    public required int PrefillChunk { get; init; }

    /// <summary>
    /// Most tokens that are drafted for a sequence and verified in one step, where the step has little else to compute; 0 for none. Drafts
    /// are what followed the same few tokens earlier in the text, and what is generated is the same with them as without.
    /// </summary>
    public int DraftTokens { get; init; }

    /// <summary>Share of the KV blocks kept available when a sequence is let in, so that those running can grow. From 0 to 0.5.</summary>
    public double KvWatermark { get; init; } = 0.01;

    /// <summary>Most requests waiting; more are refused.</summary>
    public int QueueRequests { get; init; } = 2048;

    /// <summary>Most prompt tokens waiting; more are refused.</summary>
    public long QueueTokens { get; init; } = 4_000_000;

    /// <summary>
    /// How fast waiting earns preference, in tokens a second: a request that waited a second longer is treated as if its lane and
    /// tenant had been served this many tokens less, so that nothing starves.
    /// </summary>
    public double AgingTokensPerSecond { get; init; } = 50;

    /// <summary>How long a reader may leave its tokens unread before its request ends.</summary>
    public TimeSpan ReaderPatience { get; init; } = TimeSpan.FromSeconds(30);

    public LanePolicy Interactive { get; init; } = new(8, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50));

    public LanePolicy Agentic { get; init; } = new(4, TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));

    public LanePolicy Batch { get; init; } = new(1, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1));

    /// <summary>The policy that a model starts with: everything that its executor can do.</summary>
    public static BatchPolicy For(ExecutorLimits limits) => new()
    {
        MaxRunning = limits.MaxSequences,
        TokenBudget = limits.MaxStepTokens,
        PrefillChunk = Math.Min(limits.MaxStepTokens, 2048),
        DraftTokens = Math.Max(0, limits.VerifiedRows - 1),
    };

    public LanePolicy this[Lane lane] => lane switch
    {
        Lane.Interactive => Interactive,
        Lane.Agentic => Agentic,
        _ => Batch,
    };

    /// <summary>What is wrong with the policy on an executor with these limits; empty where nothing is.</summary>
    public IReadOnlyList<string> FindProblems(ExecutorLimits limits)
    {
        List<string> problems = [];
        Within(problems, "Most running sequences", MaxRunning, 1, limits.MaxSequences);
        Within(problems, "The token budget", TokenBudget, 1, limits.MaxStepTokens);
        Within(problems, "The prefill chunk", PrefillChunk, 1, limits.MaxStepTokens);
        Within(problems, "Most draft tokens", DraftTokens, 0, Math.Max(0, limits.VerifiedRows - 1));
        Within(problems, "The KV watermark", KvWatermark, 0, 0.5);
        Within(problems, "Most waiting requests", QueueRequests, 1, 1_000_000);
        Within(problems, "Most waiting tokens", QueueTokens, 1, 1_000_000_000_000);
        Within(problems, "Aging", AgingTokensPerSecond, 0, 1_000_000);
        Within(problems, "Reader patience in seconds", ReaderPatience.TotalSeconds, 1, 3600);
        foreach (Lane lane in Enum.GetValues<Lane>())
        {
            Within(problems, $"The weight of lane {lane}", this[lane].Weight, 0.001, 1000);
        }
        return problems;
    }

    private static void Within(List<string> problems, string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            problems.Add(FormattableString.Invariant($"{name} is {value}; it must be from {least} to {most}."));
        }
    }
}
