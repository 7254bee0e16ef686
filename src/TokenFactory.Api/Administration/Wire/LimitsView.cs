using TokenFactory.Api.Usages;
using TokenFactory.Tenancy.Directory;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>What holds for a tenant, or for one of its keys, and how much of it is gone.</summary>
internal sealed record LimitsView(
    string Tenant, Guid? KeyId, string? KeyPrefix, string Plan, long Admitted, IReadOnlyList<LimitView> Limits, IReadOnlyList<FeatureView> Features)
{
    public static LimitsView Of(KeyGrant grant, LimitReport report) => new(
        grant.Tenant.Name, grant.Key.Id == Guid.Empty ? null : grant.Key.Id, grant.Key.Id == Guid.Empty ? null : grant.Key.Prefix, grant.Plan.Name, report.Admitted,
        [.. report.Limits.Select(LimitView.Of)], [.. report.Features.Select(FeatureView.Of)]);
}
