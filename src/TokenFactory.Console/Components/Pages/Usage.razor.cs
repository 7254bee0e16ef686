using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Prices;
using TokenFactory.Web.Access;
using TokenFactory.Web.Usages;
using TokenFactory.Web.Usages.Exports;
using TokenFactory.Web.Usages.Forecasts;
using TokenFactory.Web.Usages.Prices;
using TokenFactory.Web.Usages.Sums;

namespace TokenFactory.Web.Components.Pages;

/// <summary>What was used, by whom, and what it costs. The address holds the selection.</summary>
public sealed partial class Usage
{
    private const string Date = "yyyy-MM-dd";

    private static readonly string[] Lanes = [.. Enum.GetNames<Lane>().Select(name => name.ToLowerInvariant())];

    private UsageSelection _selection = UsageSelection.Month(DateTimeOffset.UnixEpoch);
    private UsageTable? _table;
    private MonthUsage? _month;
    private PriceTable? _prices;
    private string? _problem;
    private bool _mayExport;
    private int _reading;

    [Inject]
    private UsageQueries Queries { get; set; } = null!;

    [Inject]
    private MonthReader Months { get; set; } = null!;

    [Inject]
    private PriceOperations Prices { get; set; } = null!;

    [Inject]
    private UsageNames Names { get; set; } = null!;

    [Inject]
    private TenantDirectory Directory { get; set; } = null!;

    [Inject]
    private Visitor Visitor { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private IEnumerable<Guid> Tenants => Directory.Tenants.Select(tenant => tenant.Id).Append(Guid.Empty);

    private IEnumerable<ApiKey> Keys => Directory.Keys.Where(key => !key.IsAdmin && (_selection.Tenant is null || key.TenantId == _selection.Tenant));

    public void Dispose() => Navigation.LocationChanged -= Follow;

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Follow;
        _selection = UsageSelection.FromQuery(new Uri(Navigation.Uri).Query, Clock.GetUtcNow());
        _mayExport = await Visitor.MayAsync(Permission.ManageQuotas);
        await ReadAsync();
    }

    /// <summary>Reads everything again; where it was asked for once more meanwhile, only the newest answer is shown.</summary>
    private async Task ReadAsync()
    {
        int turn = ++_reading;
        if (_selection.Problem is { } problem)
        {
            (_table, _problem) = (null, problem);
            return;
        }
        try
        {
            UsageTable table = await Queries.ReadAsync(_selection);
            MonthUsage month = await Months.ReadAsync(_selection);
            PriceTable prices = await Prices.ReadAsync();
            if (turn == _reading)
            {
                (_table, _month, _prices, _problem) = (table, month, prices, null);
            }
        }
        catch (DatabaseUnavailableException away)
        {
            _problem = away.Message;
        }
    }

    /// <summary>The navigation's link to this page, and the way back, change the address and nothing else.</summary>
    private void Follow(object? sender, LocationChangedEventArgs change)
    {
        Uri location = new(change.Location);
        UsageSelection selection = UsageSelection.FromQuery(location.Query, Clock.GetUtcNow());
        if (location.AbsolutePath == new Uri(new Uri(Navigation.BaseUri), "usage").AbsolutePath && selection != _selection)
        {
            _selection = selection;
            _ = InvokeAsync(async () =>
            {
                await ReadAsync();
                StateHasChanged();
            });
        }
    }

    private Task ShowAsync(UsageSelection selection)
    {
        _selection = selection;
        Navigation.NavigateTo("usage" + selection.ToQuery(), replace: true);
        return ReadAsync();
    }

    private string ExportLink(string what, string format) =>
        UsageExportEndpoint.Path[1..] + QueryHelpers.AddQueryString(_selection.ToQuery(), new Dictionary<string, string?> { ["what"] = what, ["format"] = format });

    private static string? Text(ChangeEventArgs change) => change.Value as string is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static Guid? Id(ChangeEventArgs change) => Guid.TryParse(Text(change), out Guid id) ? id : null;

    private static DateOnly? Day(ChangeEventArgs change) =>
        DateOnly.TryParseExact(Text(change), Date, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
}
