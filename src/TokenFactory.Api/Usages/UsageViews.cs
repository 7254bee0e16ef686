using TokenFactory.Api.Admission;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Usages;

/// <summary>Usage that is alike, in one period.</summary>
internal sealed record UsageView(
    DateTimeOffset Start, string Tenant, Guid KeyId, string Model, string Lane, string? Feature, long Requests, long PromptTokens, long CachedTokens,
    long GeneratedTokens, long TotalTokens, double QueueSeconds, double ComputeSeconds, double? Joules)
{
    public static UsageView Of(UsageSum sum, string tenant) => new(
        sum.Start, tenant, sum.KeyId, sum.Model, sum.Lane, sum.Feature, sum.Requests, sum.PromptTokens, sum.CachedTokens, sum.GeneratedTokens,
        sum.PromptTokens + sum.GeneratedTokens, sum.QueueTime.TotalSeconds, sum.ComputeTime.TotalSeconds, sum.Joules);
}

/// <summary>A limit and how much of it is gone.</summary>
internal sealed record LimitView(
    string Name, string Scope, string Source, long Amount, bool Shadow, long? Used, long? Reserved, long Left, DateTimeOffset? ResetAt, long? WouldHaveRefused)
{
    public static LimitView Of(LimitStatus status) => new(
        WireNames.Of(status.Limit.Name), WireNames.Of(status.Limit.Scope),
        status.Limit.Source switch { LimitSource.Plan => "plan", LimitSource.Tenant => "tenant", _ => "key" },
        status.Limit.Limit.Amount, status.Limit.Limit.IsShadow, status.Used, status.Reserved, status.Left, status.ResetsAt,
        status.Limit.Limit.IsShadow ? status.WouldHaveRefused : null);
}

/// <summary>A feature and how many uses of it are gone.</summary>
internal sealed record FeatureView(string Feature, UsageWindow Window, long Uses, bool Shadow, long Used, long Reserved, long Left, DateTimeOffset? ResetAt)
{
    public static FeatureView Of(FeatureStatus status) => new(
        status.Limit.Feature, status.Limit.Window, status.Limit.Uses, status.Limit.IsShadow, status.Used, status.Reserved, status.Left, status.ResetsAt);
}

/// <summary>What a key's tenant may use and has used.</summary>
internal sealed record OwnUsageView(
    string Tenant, string Plan, string TimeZone, Guid KeyId, IReadOnlyList<LimitView> Limits, IReadOnlyList<FeatureView> Features, IReadOnlyList<UsageView> Data)
{
    public string Object => "usage";
}
