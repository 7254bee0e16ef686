using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace TokenFactory.Web.Tenants.Addresses;

/// <summary>What the page on tenants lists.</summary>
public enum TenantsTab
{
    Tenants,
    Plans,
    Keys,
}

/// <summary>What the page shows; its address holds it.</summary>
/// <param name="Tab">What is listed.</param>
/// <param name="Search">Only what contains this; null: all.</param>
/// <param name="Id">What is shown in full; null: nothing.</param>
/// <param name="IsNew">Whether something new is being made.</param>
public sealed record TenantsAddress(TenantsTab Tab = TenantsTab.Tenants, string? Search = null, Guid? Id = null, bool IsNew = false)
{
    private const string Page = "tenants";
    private const string New = "new";

    public static TenantsAddress FromQuery(string query)
    {
        Dictionary<string, StringValues> values = QueryHelpers.ParseQuery(query);
        string? id = Text("id");
        return new TenantsAddress(
            Enum.TryParse(Text("tab"), ignoreCase: true, out TenantsTab tab) && Enum.IsDefined(tab) ? tab : TenantsTab.Tenants,
            Text("search"), Guid.TryParse(id, out Guid known) ? known : null, id == New);

        string? Text(string name) => values.TryGetValue(name, out StringValues value) && !string.IsNullOrEmpty(value) ? (string?)value : null;
    }

    /// <summary>The address, relative to the console's own.</summary>
    public override string ToString() => Page + QueryHelpers.AddQueryString("", new Dictionary<string, string?>
    {
        ["tab"] = Tab == TenantsTab.Tenants ? null : Tab.ToString().ToLowerInvariant(),
        ["search"] = Search,
        ["id"] = IsNew ? New : Id?.ToString(),
    }.Where(pair => pair.Value is not null));

    /// <summary>Whether any of some texts contains what is searched for.</summary>
    public bool Finds(params ReadOnlySpan<string?> texts)
    {
        foreach (string? text in texts)
        {
            if (Search is null || text?.Contains(Search, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }
        return false;
    }
}
