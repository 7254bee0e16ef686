using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>A tenant as an administrator sends it. What is absent is the plan's, or the usual; <c>plan</c> is a name or an id.</summary>
internal sealed record TenantBody(
    string? Name, string? DisplayName, string? Plan, string? TimeZone, double? Weight, IReadOnlyList<string>? Lanes, PlanLimits? Limits, string? State)
{
    public Tenant ToTenant(Guid id, Guid planId) => new(
        id, Name ?? "", DisplayName ?? Name ?? "", TimeZone ?? "UTC", planId, Weight, LaneList.Read(Lanes), Limits ?? PlanLimits.None, StateOf(State));

    private static TenantState StateOf(string? name) => name switch
    {
        null or "active" => TenantState.Active,
        "suspended" => TenantState.Suspended,
        "deleted" => TenantState.Deleted,
        _ => throw ApiException.Invalid("state must be active, suspended or deleted.", "state"),
    };
}

/// <summary>A tenant as it is.</summary>
internal sealed record TenantView(
    Guid Id, string Name, string DisplayName, string Plan, string TimeZone, double? Weight, IReadOnlyList<string>? Lanes, PlanLimits Limits, string State)
{
    public static TenantView Of(Tenant tenant, IReadOnlyList<Plan> plans) => new(
        tenant.Id, tenant.Name, tenant.DisplayName, plans.First(plan => plan.Id == tenant.PlanId).Name, tenant.TimeZone, tenant.Weight,
        tenant.Lanes is { } lanes ? LaneList.Of(lanes) : null, tenant.Overrides,
        tenant.State switch { TenantState.Active => "active", TenantState.Suspended => "suspended", _ => "deleted" });
}
