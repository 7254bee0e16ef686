using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Live.Tenants;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Tenants.Addresses;
using TokenFactory.Web.Tenants.Drafts;

namespace TokenFactory.Web.Components.Pages;

/// <summary>Tenants, plans and keys, and what of their limits is used now. The address holds what is shown.</summary>
public sealed partial class Tenants
{
    private TenantsAddress _address = new();
    private IDisposable? _subscription;
    private NewKey? _made;
    private bool _mayChange;

    [Inject]
    private TenantStore Store { get; set; } = null!;

    [Inject]
    private TenantOperations Operations { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private TenantDirectory Directory => Store.Directory;

    private bool Chosen => _address.IsNew || _address.Id is not null;

    private string NewLabel => _address.Tab switch { TenantsTab.Tenants => "New tenant", TenantsTab.Plans => "New plan", _ => "New key" };

    /// <summary>Those that are there first, then deleted ones.</summary>
    private Tenant[] TenantRows =>
        [.. Directory.Tenants.Where(tenant => _address.Finds(tenant.Name, tenant.DisplayName)).OrderBy(tenant => tenant.State == TenantState.Deleted)];

    private Plan[] PlanRows => [.. Directory.Plans.Where(plan => _address.Finds(plan.Name))];

    /// <summary>The newest first.</summary>
    private ApiKey[] KeyRows => [.. Directory.Keys.Where(key => _address.Finds(key.Name, key.Prefix, Owner(key))).Reverse()];

    public void Dispose()
    {
        Navigation.LocationChanged -= Follow;
        _subscription?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        _address = TenantsAddress.FromQuery(new Uri(Navigation.Uri).Query);
        Navigation.LocationChanged += Follow;
        _mayChange = await Operations.MayChangeAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _subscription = Store.Subscribe(() => InvokeAsync(StateHasChanged));
        }
    }

    /// <summary>A link within the page changes its address and nothing else.</summary>
    private void Follow(object? sender, LocationChangedEventArgs change)
    {
        _address = TenantsAddress.FromQuery(new Uri(change.Location).Query);
        _ = InvokeAsync(StateHasChanged);
    }

    private void Show(TenantsAddress address)
    {
        _address = address;
        Navigation.NavigateTo(address.ToString(), replace: true);
    }

    private void Open(Guid id) => Show(_address with { Id = id, IsNew = false });

    private void Keep(NewKey made)
    {
        _made = made;
        Open(made.Key.Id);
    }

    private void Forget() => _made = null;

    private string Owner(ApiKey key) => key.IsAdmin ? "administrator" : Directory.Tenants.FirstOrDefault(tenant => tenant.Id == key.TenantId)?.Name ?? "";

    private KeyGrant? GrantOf(ApiKey key) => Directory.Tenants.FirstOrDefault(tenant => tenant.Id == key.TenantId) is { } tenant
        ? Directory.GrantsOf(tenant).FirstOrDefault(grant => grant.Key.Id == key.Id)
        : null;

    private string? Mark(Guid id) => id == _address.Id ? "marked" : null;

    private string Fullest(Tenant tenant)
    {
        LimitStatus? fullest = LimitReport.Of(Directory.GrantsOf(tenant)[0], Store.Quotas).Limits.Where(status => !status.Limit.Limit.IsShadow).MaxBy(Share);
        return fullest is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"{LimitField.LabelOf(fullest.Limit.Name).ToLowerInvariant()} {Share(fullest):P0}");
    }

    private static double Share(LimitStatus status) => status.Limit.Limit.Amount == 0 ? 1 : 1 - ((double)status.Left / status.Limit.Limit.Amount);

    private static string Limits(Plan plan) => string.Join(", ", LimitField.All
        .Select(field => (field.Label, Limit: field.Read(plan.Limits))).Where(field => field.Limit is not null)
        .Select(field => $"{Amounts.Count(field.Limit!.Amount)} {field.Label.ToLowerInvariant()}{(field.Limit.IsShadow ? " (on trial)" : "")}")
        .DefaultIfEmpty("none"));

    private static string? Text(ChangeEventArgs change) => change.Value as string is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
}
