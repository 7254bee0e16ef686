namespace TokenFactory.Tenancy.Plans;

/// <summary>Limits on requests and tokens; any may be absent. Tokens are those of the prompt and those generated together.</summary>
public sealed record PlanLimits
{
    public static PlanLimits None { get; } = new();

    /// <summary>Requests a minute: a bucket of this size that refills continuously.</summary>
    public Limit? RequestsPerMinute { get; init; }

    /// <summary>Tokens a minute: a bucket of this size that refills continuously.</summary>
    public Limit? TokensPerMinute { get; init; }

    /// <summary>Tokens a calendar day of the tenant's time zone.</summary>
    public Limit? TokensPerDay { get; init; }

    /// <summary>Tokens a calendar week, from Monday.</summary>
    public Limit? TokensPerWeek { get; init; }

    /// <summary>Tokens a calendar month.</summary>
    public Limit? TokensPerMonth { get; init; }

    /// <summary>Requests under way at once, waiting ones among them.</summary>
    public Limit? ConcurrentRequests { get; init; }

    /// <summary>Requests that wait for their first step at once.</summary>
    public Limit? QueuedRequests { get; init; }
}
