namespace TokenFactory.Tenancy.Quotas;

/// <summary>The limit that leaves a request fewer tokens than it could have had.</summary>
/// <param name="Limit">Which.</param>
/// <param name="Scope">Whose it is.</param>
/// <param name="ResetAt">When its window ends; null for limits without one.</param>
public sealed record QuotaBound(LimitName Limit, QuotaScope Scope, DateTimeOffset? ResetAt);
