using System.Globalization;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>A plan as it is typed.</summary>
public sealed class PlanDraft(Plan plan)
{
    public static Plan Empty { get; } = new(default, "", PlanLimits.None, [], null, LaneRights.All, 1, null, 0);

    public string Name { get; set; } = plan.Name;

    public LimitDraft Limits { get; } = new(plan.Limits);

    public List<FeatureDraft> Features { get; } = [.. plan.Features.Select(feature => new FeatureDraft(feature))];

    /// <summary>Names separated by commas; empty for all models.</summary>
    public string Models { get; set; } = string.Join(", ", plan.Models ?? []);

    public LaneDraft Lanes { get; } = new(plan.Lanes);

    public string Weight { get; set; } = Numbers.Text(plan.Weight);

    public string MaxTokens { get; set; } = plan.MaxTokensPerRequest?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>Reads it; what cannot be read is added to the problems.</summary>
    public Plan Read(FormProblems problems) => plan with
    {
        Name = Name.Trim(),
        Limits = Limits.Read(problems),
        Features = [.. Features.Select(feature => feature.Read(problems))],
        Models = Numbers.Names(Models),
        Lanes = Lanes.Rights,
        Weight = Numbers.Any(Weight, "weight", problems) ?? 1,
        MaxTokensPerRequest = Numbers.Whole(MaxTokens, "max_tokens_per_request", problems),
    };
}

/// <summary>Uses of a feature as they are typed.</summary>
public sealed class FeatureDraft(FeatureLimit? limit = null)
{
    public string Feature { get; set; } = limit?.Feature ?? "";

    public string Uses { get; set; } = limit?.Uses.ToString(CultureInfo.InvariantCulture) ?? "";

    public UsageWindow Window { get; set; } = limit?.Window ?? UsageWindow.Month;

    public bool IsShadow { get; set; } = limit?.IsShadow ?? false;

    public FeatureLimit Read(FormProblems problems)
    {
        long? uses = Numbers.Whole(Uses, "features.uses", problems);
        if (uses is null && problems["features.uses"] is null)
        {
            problems.Add("features.uses", $"Say how often {(Feature.Length == 0 ? "the feature" : Feature)} may be used.");
        }
        return new FeatureLimit(Feature.Trim(), uses ?? 0, Window, IsShadow);
    }
}
