using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;
using TokenFactory.Web.Access;
using TokenFactory.Web.Settings;

namespace TokenFactory.Web.Components.Pages;

/// <summary>The effective options, without their secrets. The address holds the search.</summary>
public sealed partial class Settings
{
    private IReadOnlyList<Setting> _settings = [];
    private IReadOnlyList<Setting> _shown = [];
    private IReadOnlyList<UnknownKey> _unknown = [];
    private string _search = "";
    private bool _onlySet;
    private string? _problem;

    [Inject]
    private SettingsReader Reader { get; set; } = null!;

    [Inject]
    private Visitor Visitor { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        try
        {
            await Visitor.DemandAsync(Permission.Administer);
            _settings = Reader.Read();
            _unknown = Reader.FindUnknown();
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or DatabaseUnavailableException)
        {
            _problem = problem.Message;
        }
    }

    protected override void OnParametersSet()
    {
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query = QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query);
        _search = query.TryGetValue("search", out Microsoft.Extensions.Primitives.StringValues search) ? search.ToString() : "";
        _onlySet = query.TryGetValue("set", out Microsoft.Extensions.Primitives.StringValues set) && set == "only";
        Filter();
    }

    private void Show(string? search)
    {
        _search = search ?? "";
        Keep();
    }

    private void ShowOnlySet(bool only)
    {
        _onlySet = only;
        Keep();
    }

    private void Keep()
    {
        Filter();
        Dictionary<string, string?> query = new() { ["search"] = _search.Length > 0 ? _search : null, ["set"] = _onlySet ? "only" : null };
        Navigation.NavigateTo("settings" + QueryHelpers.AddQueryString("", query.Where(pair => pair.Value is not null)), replace: true);
    }

    private void Filter() => _shown = [.. _settings.Where(setting => setting.Matches(_search) && (!_onlySet || setting.Source != Setting.FromDefault))];
}
