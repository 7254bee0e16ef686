namespace TokenFactory.Tenancy.Quotas;

/// <summary>Why a request is not admitted.</summary>
/// <param name="Limit">The limit that it met.</param>
/// <param name="Scope">Whose it is.</param>
/// <param name="Amount">The limit.</param>
/// <param name="Needed">What the request needs of it.</param>
/// <param name="Left">What is left of it.</param>
/// <param name="RetryAfter">The real wait until the same request fits; null where it never will under this limit.</param>
/// <param name="ResetAt">When the window ends; null for limits without one.</param>
/// <param name="Feature">The feature, where its uses are what ran out.</param>
public sealed record QuotaRefusal(
    LimitName Limit, QuotaScope Scope, long Amount, long Needed, long Left, TimeSpan? RetryAfter, DateTimeOffset? ResetAt, string? Feature = null)
{
    /// <summary>Whether waiting a moment helps; otherwise the budget of a window is used up.</summary>
    public bool IsRate => Limit is LimitName.RequestsPerMinute or LimitName.TokensPerMinute or LimitName.ConcurrentRequests or LimitName.QueuedRequests;
}
