using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace TokenFactory.Web.Live.Floor;

/// <summary>How the Floor shows its devices; the page's address holds it.</summary>
/// <param name="IsTable">A table, or cards; null: cards up to <see cref="MostCards"/> devices.</param>
/// <param name="Device">The device shown in full; null: the first that serves.</param>
/// <param name="Page">The page of cards, from 1.</param>
public sealed record FloorView(bool? IsTable = null, string? Device = null, int Page = 1)
{
    /// <summary>More devices than these are a table, where nothing else is asked for.</summary>
    public const int MostCards = 8;

    /// <summary>Cards of a page.</summary>
    public const int CardsPerPage = 12;

    public static FloorView FromQuery(string query)
    {
        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        string? view = values.GetValueOrDefault("view");
        return new FloorView(
            view switch { "table" => true, "cards" => false, _ => null },
            values.GetValueOrDefault("device") is { Count: > 0 } device ? (string?)device : null,
            int.TryParse(values.GetValueOrDefault("page"), out int page) && page > 0 ? page : 1);
    }

    public string ToQuery() => QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["view"] = IsTable switch { true => "table", false => "cards", _ => null },
        ["device"] = Device,
        ["page"] = Page > 1 ? Page.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
    }.Where(pair => pair.Value is not null));

    public bool ShowsTable(int devices) => IsTable ?? devices > MostCards;

    /// <summary>The device shown in full; null where there is none.</summary>
    public DeviceSnapshot? Choose(IReadOnlyList<DeviceSnapshot> devices) =>
        devices.FirstOrDefault(device => device.Id == Device) ?? devices.FirstOrDefault(device => device.Replicas.Count > 0) ?? (devices.Count > 0 ? devices[0] : null);

    /// <summary>The page of cards that can be shown.</summary>
    public int PageOf(int devices) => Math.Clamp(Page, 1, Pages(devices));

    public static int Pages(int devices) => Math.Max(1, (devices + CardsPerPage - 1) / CardsPerPage);
}
