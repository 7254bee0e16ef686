using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Tenancy.Directory;

/// <summary>A limit that holds, and how much of it is gone.</summary>
/// <param name="Limit">The limit, and which rule sets it.</param>
/// <param name="Used">Used in its window, or under way at once; null for limits a minute.</param>
/// <param name="Reserved">Promised to requests under way; null for limits without a window.</param>
/// <param name="Left">What is left.</param>
/// <param name="ResetsAt">When its window ends; null for limits without one.</param>
/// <param name="WouldHaveRefused">Admitted requests that it would have refused, were it not on trial.</param>
public sealed record LimitStatus(EffectiveLimit Limit, long? Used, long? Reserved, long Left, DateTimeOffset? ResetsAt, long WouldHaveRefused);

/// <summary>Uses of a feature.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Used">Uses in its window.</param>
/// <param name="Reserved">Uses under way.</param>
/// <param name="Left">Uses left.</param>
/// <param name="ResetsAt">When its window ends; null before the first use.</param>
public sealed record FeatureStatus(FeatureLimit Limit, long Used, long Reserved, long Left, DateTimeOffset? ResetsAt);

/// <summary>What holds for a key now.</summary>
/// <param name="Limits">Its limits, the tenant's first.</param>
/// <param name="Features">What it may use by the piece.</param>
/// <param name="Admitted">The tenant's requests admitted since the start.</param>
public sealed record LimitReport(IReadOnlyList<LimitStatus> Limits, IReadOnlyList<FeatureStatus> Features, long Admitted)
{
    public static LimitReport Of(KeyGrant grant, QuotaBook book)
    {
        QuotaUsage tenant = book.Read(grant.Terms, QuotaScope.Tenant);
        QuotaUsage key = book.Read(grant.Terms, QuotaScope.Key);
        return new LimitReport(
            [.. EffectiveLimits.Of(grant).Select(limit => StatusOf(limit, limit.Scope == QuotaScope.Key ? key : tenant))],
            [.. grant.Plan.Features.Select(feature => StatusOf(feature, tenant))],
            tenant.Admitted);
    }

    private static LimitStatus StatusOf(EffectiveLimit limit, QuotaUsage usage)
    {
        long refused = usage.ShadowRefusals.GetValueOrDefault(limit.Name);
        return limit.Name switch
        {
            LimitName.RequestsPerMinute => new LimitStatus(limit, null, null, Math.Max(0, usage.RequestsLeft ?? limit.Limit.Amount), null, refused),
            LimitName.TokensPerMinute => new LimitStatus(limit, null, null, Math.Max(0, usage.TokensLeft ?? limit.Limit.Amount), null, refused),
            LimitName.ConcurrentRequests => Count(usage.Concurrent),
            LimitName.QueuedRequests => Count(usage.Queued),
            LimitName.TokensPerDay => Window(usage.Windows[UsageWindow.Day]),
            LimitName.TokensPerWeek => Window(usage.Windows[UsageWindow.Week]),
            _ => Window(usage.Windows[UsageWindow.Month]),
        };

        LimitStatus Count(int now) => new(limit, now, null, Math.Max(0, limit.Limit.Amount - now), null, refused);

        LimitStatus Window(WindowUsage window) => new(limit, window.Used, window.Reserved, Left(limit.Limit.Amount, window), window.ResetsAt, refused);
    }

    private static FeatureStatus StatusOf(FeatureLimit limit, QuotaUsage usage) =>
        usage.Features.TryGetValue((limit.Feature, limit.Window), out WindowUsage? window)
            ? new FeatureStatus(limit, window.Used, window.Reserved, Left(limit.Uses, window), window.ResetsAt)
            : new FeatureStatus(limit, 0, 0, limit.Uses, null);

    private static long Left(long amount, WindowUsage window) => Math.Max(0, amount - Saturated.Sum(window.Used, window.Reserved));
}
