using System.Text.Json;

namespace TokenFactory.Web.Audits;

/// <summary>A value that changed.</summary>
/// <param name="Place">Where, for instance <c>Limits.TokensPerDay.Amount</c>; empty for the whole.</param>
/// <param name="Before">What it was; null: it was not there.</param>
/// <param name="After">What it became; null: it is gone.</param>
public sealed record AuditDifference(string Place, string? Before, string? After)
{
    /// <summary>What differs between two JSON texts, value by value.</summary>
    public static IReadOnlyList<AuditDifference> Between(string? before, string? after)
    {
        SortedDictionary<string, string> old = Flatten(before);
        SortedDictionary<string, string> now = Flatten(after);
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
                .Select(place => new AuditDifference(place, old.GetValueOrDefault(place), now.GetValueOrDefault(place)))
                .Where(difference => difference.Before != difference.After),
        ];
    }

    private static SortedDictionary<string, string> Flatten(string? json)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        if (json is not null)
        {
            Add(values, "", JsonElement.Parse(json));
        }
        return values;
    }

    private static void Add(SortedDictionary<string, string> values, string place, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Add(values, place.Length == 0 ? property.Name : $"{place}.{property.Name}", property.Value);
                }
                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Add(values, FormattableString.Invariant($"{place}[{index++}]"), item);
                }
                break;
            case JsonValueKind.Null:
                break;
            default:
                values[place] = value.ToString();
                break;
        }
    }
}
