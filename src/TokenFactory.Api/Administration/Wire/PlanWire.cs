using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>A plan as an administrator sends it. What is absent is unlimited, or the usual.</summary>
internal sealed record PlanBody(
    string? Name, PlanLimits? Limits, IReadOnlyList<FeatureBody>? Features, IReadOnlyList<string>? Models, IReadOnlyList<string>? Lanes, double? Weight,
    long? MaxTokensPerRequest)
{
    public Plan ToPlan(Guid id) => new(
        id, Name ?? "", Limits ?? PlanLimits.None, [.. (Features ?? []).Select(feature => feature.ToLimit())], Models, LaneList.Read(Lanes) ?? LaneRights.All,
        Weight ?? 1, MaxTokensPerRequest, 0);
}

/// <summary>Uses of a feature in a window.</summary>
internal sealed record FeatureBody(string? Feature, long? Uses, UsageWindow? Window, bool Shadow = false)
{
    public FeatureLimit ToLimit() => new(Feature ?? "", Uses ?? -1, Window ?? UsageWindow.Month, Shadow);

    public static FeatureBody Of(FeatureLimit limit) => new(limit.Feature, limit.Uses, limit.Window, limit.IsShadow);
}

/// <summary>A plan as it is.</summary>
internal sealed record PlanView(
    Guid Id, string Name, PlanLimits Limits, IReadOnlyList<FeatureBody> Features, IReadOnlyList<string>? Models, IReadOnlyList<string> Lanes, double Weight,
    long? MaxTokensPerRequest, int Version)
{
    public static PlanView Of(Plan plan) => new(
        plan.Id, plan.Name, plan.Limits, [.. plan.Features.Select(FeatureBody.Of)], plan.Models, LaneList.Of(plan.Lanes), plan.Weight,
        plan.MaxTokensPerRequest, plan.Version);
}
