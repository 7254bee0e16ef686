using System.Text.RegularExpressions;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Tenancy.Administration;

/// <summary>Checks what administrators enter.</summary>
internal static partial class Validation
{
    private const int MostName = 64;
    private const int MostDisplayName = 200;
    private const double LeastWeight = 0.001;
    private const double MostWeight = 1000;
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(366);

    public static void Name(string? name, string field)
    {
        if (name is null || name.Length is 0 or > MostName || !NameForm().IsMatch(name))
        {
            throw Wrong(field, $"{field} must be 1 to {MostName} lower-case letters, digits and hyphens, and begin with a letter or digit.");
        }
    }

    public static void DisplayName(string? name, string field)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MostDisplayName)
        {
            throw Wrong(field, $"{field} must be 1 to {MostDisplayName} characters.");
        }
    }

    public static void Weight(double? weight, string field)
    {
        if (weight is { } value && !(value >= LeastWeight && value <= MostWeight))
        {
            throw Wrong(field, FormattableString.Invariant($"{field} is {value}; it must be from {LeastWeight} to {MostWeight}."));
        }
    }

    public static void Lanes(LaneRights? lanes, string field)
    {
        if (lanes is { } value && (value == LaneRights.None || (value & ~LaneRights.All) != 0))
        {
            throw Wrong(field, $"{field} must name at least one of interactive, agentic and batch.");
        }
    }

    public static void TimeZone(string? zone, string field)
    {
        if (zone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw Wrong(field, $"{field} is {zone}; it must be the IANA name of a time zone, for instance Europe/Berlin.");
        }
    }

    public static void Limits(PlanLimits limits, string field)
    {
        foreach ((LimitName name, Limit limit) in EffectiveLimits.Set(limits))
        {
            if (limit.Amount < 0)
            {
                throw Wrong($"{field}.{name}", $"{field}.{name} is {limit.Amount}; a limit is 0 (nothing) or more, or left out.");
            }
        }
    }

    public static void Features(IReadOnlyList<FeatureLimit> features, string field)
    {
        foreach (FeatureLimit feature in features)
        {
            Name(feature.Feature, $"{field}.feature");
            if (feature.Uses < 0)
            {
                throw Wrong($"{field}.uses", $"{field}: {feature.Feature} has {feature.Uses} uses; it must be 0 or more.");
            }
            if (!Enum.IsDefined(feature.Window))
            {
                throw Wrong($"{field}.window", $"{field}: the window of {feature.Feature} must be day, week or month.");
            }
        }
        if (features.GroupBy(feature => (feature.Feature, feature.Window)).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw Wrong(field, $"{field} limits {twice.Key.Feature} twice for the same window.");
        }
    }

    public static void Expiry(DateTimeOffset? at, DateTimeOffset now, string field)
    {
        if (at <= now)
        {
            throw Wrong(field, $"{field} is in the past; give a later time, or leave it out.");
        }
    }

    public static void Overlap(TimeSpan overlap, string field)
    {
        if (overlap < TimeSpan.Zero || overlap > LongestOverlap)
        {
            throw Wrong(field, FormattableString.Invariant($"{field} must be from 0 to {LongestOverlap.TotalSeconds}."));
        }
    }

    public static void MaxTokens(long? tokens, string field)
    {
        if (tokens < 1)
        {
            throw Wrong(field, $"{field} is {tokens}; it must be at least 1, or left out.");
        }
    }

    private static TenancyException Wrong(string field, string message) => new(TenancyProblem.Invalid, message, field);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex NameForm();
}
