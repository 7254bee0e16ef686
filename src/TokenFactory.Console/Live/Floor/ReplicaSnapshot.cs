using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Live.Floor;

/// <summary>One model on one device at one moment.</summary>
public sealed record ReplicaSnapshot
{
    public required string Model { get; init; }

    public required DeviceInfo Device { get; init; }

    public required ModelFacts Facts { get; init; }

    public required LaneCounts Running { get; init; }

    public required LaneCounts Waiting { get; init; }

    /// <summary>Most sequences that may run at once under the policy in force.</summary>
    public required int MaxRunning { get; init; }

    /// <summary>Most requests that may wait under the policy in force.</summary>
    public required int MaxWaiting { get; init; }

    /// <summary>Times that a request gave its KV blocks up to others, since the model was loaded.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Those of the last minute, as far as somebody watched.</summary>
    public long RecentPreemptions { get; init; }

    /// <summary>KV blocks that running sequences hold.</summary>
    public required int KvUsed { get; init; }

    /// <summary>KV blocks that hold prefixes for reuse and may be taken.</summary>
    public required int KvCached { get; init; }

    public required int KvFree { get; init; }

    /// <summary>Tokens a KV block holds.</summary>
    public required int KvBlockSize { get; init; }

    public required ReplicaRates Rates { get; init; }

    /// <summary>What is wrong with it, in words; null where nothing is.</summary>
    public required string? Problem { get; init; }

    /// <summary>Unique among the replicas.</summary>
    public string Key => $"{Model}@{Device.Id}";

    /// <summary>Reads an engine's counters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">The replica.</param>
    /// <param name="rates">Its rates, where they are known for this second; null reads them.</param>
    public static ReplicaSnapshot Read(ServedModel model, EngineLoop engine, ReplicaRates? rates)
    {
        EngineStatus status = engine.Status;
        return new ReplicaSnapshot
        {
            Model = model.Name,
            Device = engine.Device,
            Facts = model.Facts,
            Running = LaneCounts.From(status.Running),
            Waiting = LaneCounts.From(status.Waiting),
            MaxRunning = engine.Policy.Policy.MaxRunning,
            MaxWaiting = engine.Policy.Policy.QueueRequests,
            Preemptions = status.Preemptions,
            KvUsed = status.KvUsed,
            KvCached = status.KvCached,
            KvFree = status.KvFree,
            KvBlockSize = engine.Limits.BlockSize,
            Rates = rates ?? ReadRates(engine),
            Problem = engine.FindProblem(),
        };
    }

    private static ReplicaRates ReadRates(EngineLoop engine)
    {
        Span<RateSample> seconds = stackalloc RateSample[ReplicaRates.Window];
        engine.Rates.CopyTo(seconds, engine.Options.Clock.GetUtcNow().ToUnixTimeSeconds());
        return ReplicaRates.From(seconds);
    }
}
