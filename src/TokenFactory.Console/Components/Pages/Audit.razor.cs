using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The newest changes. The address holds the filter.</summary>
public sealed partial class Audit
{
    private const int Most = 200;
    private const int Shown = 4;

    private IReadOnlyList<AuditEntry>? _entries;
    private string? _actor;
    private string? _action;
    private string? _problem;

    [Inject]
    private AuditTrail Trail { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override Task OnInitializedAsync()
    {
        Dictionary<string, StringValues> query = QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query);
        _actor = Known("who");
        _action = Known("what");
        return ReadAsync();

        string? Known(string name) => query.TryGetValue(name, out StringValues value) && !string.IsNullOrEmpty(value) ? (string?)value : null;
    }

    private async Task ReadAsync()
    {
        try
        {
            _entries = await Trail.ReadAsync(Most, _actor, _action);
            _problem = null;
        }
        catch (Exception problem) when (DatabaseUnavailableException.Explain(problem) is { } words)
        {
            _problem = words;
        }
    }

    private Task ShowAsync(string? actor, string? action)
    {
        (_actor, _action) = (actor, action);
        Dictionary<string, string?> query = new() { ["who"] = actor, ["what"] = action };
        Navigation.NavigateTo("audit" + QueryHelpers.AddQueryString("", query.Where(pair => pair.Value is not null)), replace: true);
        return ReadAsync();
    }

    private static string? Text(ChangeEventArgs change) => change.Value as string is { Length: > 0 } text ? text.Trim() : null;
}
