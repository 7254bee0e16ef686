using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>A tenant as it is typed.</summary>
public sealed class TenantDraft(Tenant tenant)
{
    public static Tenant Empty { get; } = new(default, "", "", "UTC", default, null, null, PlanLimits.None, TenantState.Active);

    public string Name { get; set; } = tenant.Name;

    public string DisplayName { get; set; } = tenant.DisplayName;

    public string TimeZone { get; set; } = tenant.TimeZone;

    /// <summary>The plan's id; empty where none is chosen yet.</summary>
    public string Plan { get; set; } = tenant.PlanId == Guid.Empty ? "" : $"{tenant.PlanId}";

    /// <summary>Empty for the plan's.</summary>
    public string Weight { get; set; } = Numbers.Text(tenant.Weight);

    /// <summary>Whether its lanes are not the plan's.</summary>
    public bool HasLanes { get; set; } = tenant.Lanes is not null;

    public LaneDraft Lanes { get; } = new(tenant.Lanes ?? LaneRights.All);

    public LimitDraft Overrides { get; } = new(tenant.Overrides);

    /// <summary>Reads it; what cannot be read is added to the problems.</summary>
    public Tenant Read(FormProblems problems)
    {
        if (!Guid.TryParse(Plan, out Guid plan))
        {
            problems.Add("plan", "Choose a plan; where there is none yet, make one first.");
        }
        string name = Name.Trim();
        return tenant with
        {
            Name = name,
            DisplayName = string.IsNullOrWhiteSpace(DisplayName) ? name : DisplayName.Trim(),
            TimeZone = TimeZone.Trim(),
            PlanId = plan,
            Weight = Numbers.Any(Weight, "weight", problems),
            Lanes = HasLanes ? Lanes.Rights : null,
            Overrides = Overrides.Read(problems),
        };
    }
}
