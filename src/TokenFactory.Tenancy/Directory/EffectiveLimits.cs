using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Tenancy.Directory;

/// <summary>Which rule sets a limit.</summary>
public enum LimitSource
{
    Plan,

    /// <summary>The tenant's own, in place of the plan's.</summary>
    Tenant,

    /// <summary>The key's, within the tenant's.</summary>
    Key,
}

/// <summary>A limit that holds for a key.</summary>
/// <param name="Name">Which.</param>
/// <param name="Scope">Whether all the tenant's keys share it.</param>
/// <param name="Limit">How much.</param>
/// <param name="Source">Which rule sets it.</param>
public sealed record EffectiveLimit(LimitName Name, QuotaScope Scope, Limit Limit, LimitSource Source);

/// <summary>Says which limits hold for a key and why.</summary>
public static class EffectiveLimits
{
    private static readonly (LimitName Name, Func<PlanLimits, Limit?> Of)[] All =
    [
        (LimitName.RequestsPerMinute, limits => limits.RequestsPerMinute),
        (LimitName.TokensPerMinute, limits => limits.TokensPerMinute),
        (LimitName.TokensPerDay, limits => limits.TokensPerDay),
        (LimitName.TokensPerWeek, limits => limits.TokensPerWeek),
        (LimitName.TokensPerMonth, limits => limits.TokensPerMonth),
        (LimitName.ConcurrentRequests, limits => limits.ConcurrentRequests),
        (LimitName.QueuedRequests, limits => limits.QueuedRequests),
    ];

    /// <summary>The plan's limits with those that the tenant has of its own.</summary>
    public static PlanLimits Merge(PlanLimits plan, PlanLimits overrides) => new()
    {
        RequestsPerMinute = overrides.RequestsPerMinute ?? plan.RequestsPerMinute,
        TokensPerMinute = overrides.TokensPerMinute ?? plan.TokensPerMinute,
        TokensPerDay = overrides.TokensPerDay ?? plan.TokensPerDay,
        TokensPerWeek = overrides.TokensPerWeek ?? plan.TokensPerWeek,
        TokensPerMonth = overrides.TokensPerMonth ?? plan.TokensPerMonth,
        ConcurrentRequests = overrides.ConcurrentRequests ?? plan.ConcurrentRequests,
        QueuedRequests = overrides.QueuedRequests ?? plan.QueuedRequests,
    };

    /// <summary>All limits that hold for a key, the tenant's first.</summary>
    public static IReadOnlyList<EffectiveLimit> Of(KeyGrant grant) =>
    [
        .. All.Where(one => one.Of(grant.Terms.Tenant) is not null).Select(one => new EffectiveLimit(
            one.Name, QuotaScope.Tenant, one.Of(grant.Terms.Tenant)!, one.Of(grant.Tenant.Overrides) is null ? LimitSource.Plan : LimitSource.Tenant)),
        .. All.Where(one => one.Of(grant.Key.Limits) is not null).Select(one => new EffectiveLimit(
            one.Name, QuotaScope.Key, one.Of(grant.Key.Limits)!, LimitSource.Key)),
    ];

    /// <summary>The limits that are set, by name.</summary>
    internal static IEnumerable<(LimitName Name, Limit Limit)> Set(PlanLimits limits) =>
        All.Select(one => (one.Name, one.Of(limits))).Where(one => one.Item2 is not null).Select(one => (one.Name, one.Item2!));
}
