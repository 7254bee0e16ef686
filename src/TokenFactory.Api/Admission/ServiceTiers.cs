using TokenFactory.Api.Errors;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Admission;

/// <summary>
/// OpenAI's <c>service_tier</c> as lanes: <c>priority</c> is interactive, <c>flex</c> is batch, <c>default</c> and <c>auto</c> are the
/// lane that the caller has anyway. A lane that the plan does not hold is not given, and the answer says which tier it was. Whoever sends
/// the lane's own header has chosen.
/// </summary>
internal static class ServiceTiers
{
    private const string Field = "service_tier";

    /// <exception cref="ApiException">It is none of the tiers.</exception>
    public static string? Check(string? tier) => tier switch
    {
        null or "auto" or "default" or "priority" or "flex" => tier,
        "scale" => throw ApiException.Invalid("service_tier scale is not supported by this server: capacity is a plan's, not a request's.", Field, "unsupported_parameter"),
        _ => throw ApiException.Invalid("service_tier must be auto, default, priority or flex.", Field),
    };

    /// <summary>The caller in the lane of a tier; null is no tier.</summary>
    public static Caller Apply(Caller caller, string? tier)
    {
        Lane? lane = tier switch
        {
            "priority" => Lane.Interactive,
            "flex" => Lane.Batch,
            _ => null,
        };
        return lane is { } wanted && !caller.HasChosenLane && (caller.Grant.Lanes & WireNames.RightOf(wanted)) != 0 ? caller with { Lane = wanted } : caller;
    }

    /// <summary>The tier that a request was answered in; null where it asked for none.</summary>
    public static string? Used(Caller caller, string? tier) => (tier, caller.Lane) switch
    {
        (null, _) => null,
        (_, Lane.Batch) => "flex",
        ("priority", Lane.Interactive) => "priority",
        _ => "default",
    };
}
