using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>Lanes as they are ticked.</summary>
public sealed class LaneDraft(LaneRights rights)
{
    public static IReadOnlyList<LaneRights> All { get; } = [LaneRights.Interactive, LaneRights.Agentic, LaneRights.Batch];

    public LaneRights Rights { get; private set; } = rights;

    public bool Has(LaneRights lane) => (Rights & lane) != 0;

    public void Tick(LaneRights lane, bool isTicked) => Rights = isTicked ? Rights | lane : Rights & ~lane;
}
