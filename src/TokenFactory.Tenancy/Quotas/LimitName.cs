namespace TokenFactory.Tenancy.Quotas;

/// <summary>The limits that a request can meet.</summary>
public enum LimitName
{
    RequestsPerMinute,
    TokensPerMinute,
    TokensPerDay,
    TokensPerWeek,
    TokensPerMonth,
    ConcurrentRequests,
    QueuedRequests,
    FeatureUses,
}
