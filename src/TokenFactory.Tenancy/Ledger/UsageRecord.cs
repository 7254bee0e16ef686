namespace TokenFactory.Tenancy.Ledger;

/// <summary>What one request used. A row of the ledger once it has ended; a checkpoint while it runs.</summary>
public sealed record UsageRecord
{
    /// <summary>Names the request for good: however often it is written, it counts once.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>The id that the client knows (<c>x-request-id</c>).</summary>
    public required string RequestId { get; init; }

    /// <summary>Whose tokens these are; all zeros for the console's own.</summary>
    public Guid TenantId { get; init; }

    /// <summary>The tenant's name then.</summary>
    public required string Tenant { get; init; }

    /// <summary>The key that was used; all zeros where none was.</summary>
    public Guid KeyId { get; init; }

    public required string Model { get; init; }

    public required string Device { get; init; }

    public required string Lane { get; init; }

    /// <summary>What was used by the piece; null for nothing, and where nothing was delivered.</summary>
    public string? Feature { get; init; }

    /// <summary>Tokens of the prompts, once each; 0 where they never ran.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Those of them that came from the KV cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens generated, over all answers.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>From arrival to the first step.</summary>
    public TimeSpan QueueTime { get; init; }

    /// <summary>From the first step to the end.</summary>
    public TimeSpan ComputeTime { get; init; }

    /// <summary>Energy; null where nothing measures it.</summary>
    public double? Joules { get; init; }

    /// <summary>How it ended: <c>stop</c>, <c>length</c>, <c>cancelled</c>, <c>abandoned</c>, <c>failed</c> or <see cref="Interrupted"/>.</summary>
    public required string Outcome { get; init; }

    public DateTimeOffset ArrivedAt { get; init; }

    public DateTimeOffset EndedAt { get; init; }

    /// <summary>The outcome of requests that the process's own end broke off: what their last checkpoint says is what counts.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>Named as the tenant of what the console itself asks for.</summary>
    public const string Console = "console";

    /// <summary>The outcome that a checkpoint has.</summary>
    public const string Running = "running";

    /// <summary>The outcome of a request that could not be computed.</summary>
    public const string Failed = "failed";

    public long TotalTokens => PromptTokens + GeneratedTokens;
}
