using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Directory;

/// <summary>Everything that holds for a tenant's key, resolved once when it or its tenant or plan changes.</summary>
/// <param name="Key">The key.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Plan">What the tenant has bought.</param>
/// <param name="Terms">The limits.</param>
/// <param name="Weight">Share against others in a lane.</param>
/// <param name="Lanes">Lanes that may be used.</param>
public sealed record KeyGrant(ApiKey Key, Tenant Tenant, Plan Plan, QuotaTerms Terms, double Weight, LaneRights Lanes)
{
    /// <summary>The console's own requests: no limits, every lane, and in the ledger under ids of all zeros.</summary>
    public static KeyGrant Console { get; } = ResolveWithoutKey(
        new Tenant(Guid.Empty, UsageRecord.Console, "Console", "UTC", Guid.Empty, null, null, PlanLimits.None, TenantState.Active),
        new Plan(Guid.Empty, UsageRecord.Console, PlanLimits.None, [], null, LaneRights.All, 1, null, 1));

    /// <summary>Resolves a key: the tenant's own limits stand in for the plan's, limit by limit; the key's hold beside them.</summary>
    public static KeyGrant Resolve(ApiKey key, Tenant tenant, Plan plan) => new(
        key,
        tenant,
        plan,
        new QuotaTerms(
            tenant.Id, key.Id, TimeZoneInfo.FindSystemTimeZoneById(tenant.TimeZone), EffectiveLimits.Merge(plan.Limits, tenant.Overrides), key.Limits,
            plan.Features, plan.MaxTokensPerRequest),
        tenant.Weight ?? plan.Weight,
        tenant.Lanes ?? plan.Lanes);

    /// <summary>Resolves a tenant's requests that come without a key: they count under the key of all zeros.</summary>
    public static KeyGrant ResolveWithoutKey(Tenant tenant, Plan plan) =>
        Resolve(new ApiKey(Guid.Empty, tenant.Id, "", "", [], default, null, null, null, PlanLimits.None, null, null), tenant, plan);

    /// <summary>Whether both the plan and the key allow a model.</summary>
    public bool Allows(string model) => (Plan.Models?.Contains(model) ?? true) && (Key.Models?.Contains(model) ?? true);
}
