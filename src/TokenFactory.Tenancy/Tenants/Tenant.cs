using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Tenants;

/// <summary>Who uses the factory and is counted.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="Name">Unique; lower-case letters, digits and hyphens, since metrics and the ledger carry it.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="TimeZone">IANA name of the zone in which its days begin.</param>
/// <param name="PlanId">What it has bought.</param>
/// <param name="Weight">Share against others in a lane; null: the plan's.</param>
/// <param name="Lanes">Lanes that it may use; null: the plan's.</param>
/// <param name="Overrides">Limits that stand in for the plan's.</param>
/// <param name="State">Whether its keys work.</param>
public sealed record Tenant(
    Guid Id, string Name, string DisplayName, string TimeZone, Guid PlanId, double? Weight, LaneRights? Lanes, PlanLimits Overrides, TenantState State);
