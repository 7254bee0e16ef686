using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using TenantsPage = TokenFactory.Web.Components.Pages.Tenants;

namespace TokenFactory.Web.Tests.Pages;

public sealed class TenantsTests : ConsoleContext
{
    private TenantDirectory Tenancy => Services.GetRequiredService<TenantDirectory>();

    private TenantAdministration Administration => Services.GetRequiredService<TenantAdministration>();

    [Fact]
    public void Plan_TypedWithMistakes_SaysWhereAndIsThenMade()
    {
        IRenderedComponent<TenantsPage> page = Open("tenants?tab=plans&id=new");

        Change(page, "plan-name", "Small Plan");
        Change(page, "plan-limit-TokensPerDay", "many");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("no whole number", page.Find("#plan-limit-TokensPerDay-problem").TextContent), Patience);
        Change(page, "plan-limit-TokensPerDay", "-1");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("lower-case", page.Find("#plan-name-problem").TextContent), Patience);
        Change(page, "plan-name", "small");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("a limit is 0", page.Find("#plan-limit-TokensPerDay-problem").TextContent), Patience);
        Change(page, "plan-limit-TokensPerDay", "1000");
        Change(page, "plan-limit-RequestsPerMinute", "5");
        Change(page, "plan-limit-RequestsPerMinute-shadow", true);
        page.Act(live => live.FindAll("button").First(button => button.TextContent == "Add a feature").Click());
        Change(page, "feature-name", "deep-research");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("Say how often deep-research may be used.", page.Markup), Patience);
        Change(page, "feature-uses", "10");
        Submit(page);

        page.WaitForAssertion(() => Assert.Single(Tenancy.Plans), Patience);
        Plan plan = Tenancy.Plans[0];
        Assert.Equal(new PlanLimits { TokensPerDay = new Limit(1000), RequestsPerMinute = new Limit(5, IsShadow: true) }, plan.Limits);
        Assert.Equal([new FeatureLimit("deep-research", 10, UsageWindow.Month)], plan.Features);
        page.WaitForAssertion(() => Assert.EndsWith($"tenants?tab=plans&id={plan.Id}", Services.GetRequiredService<NavigationManager>().Uri), Patience);
        Assert.Equal(["plan.create"], ReadAudit().Select(entry => entry.Action));
    }

    [Fact]
    public async Task Tenant_TypedWithMistakes_SaysWhereAndIsThenMade()
    {
        Plan plan = await AddPlanAsync();
        IRenderedComponent<TenantsPage> page = Open("tenants?id=new");

        Change(page, "tenant-name", "lab");
        Change(page, "tenant-zone", "Mars/Olympus");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("Choose a plan", page.Find("#tenant-plan-problem").TextContent), Patience);
        Change(page, "tenant-plan", $"{plan.Id}");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("time zone", page.Find("#tenant-zone-problem").TextContent), Patience);
        Change(page, "tenant-zone", "Europe/Berlin");
        Submit(page);

        page.WaitForAssertion(() => Assert.Equal(("lab", "lab", "Europe/Berlin"), (Tenancy.Tenants[0].Name, Tenancy.Tenants[0].DisplayName, Tenancy.Tenants[0].TimeZone)), Patience);
    }

    [Fact]
    public async Task Tenant_SuspendedDeletedAndBroughtBack_AsksFirstAndIsAudited()
    {
        (Tenant tenant, _) = await AddTenantAsync();
        IRenderedComponent<TenantsPage> page = Open($"tenants?id={tenant.Id}");

        Press(page, "Suspend");
        Assert.Equal(TenantState.Active, Tenancy.Tenants[0].State);
        Press(page, "Suspend it");
        page.WaitForAssertion(() => Assert.Equal("suspended", page.Find("[data-testid=tenant-state]").TextContent), Patience);
        Press(page, "Make it active");
        page.WaitForAssertion(() => Assert.Equal("active", page.Find("[data-testid=tenant-state]").TextContent), Patience);
        Press(page, "Delete");
        Press(page, "Delete it");
        page.WaitForAssertion(() => Assert.Equal("deleted", page.Find("[data-testid=tenant-state]").TextContent), Patience);

        Assert.Equal(TenantState.Deleted, Tenancy.Tenants[0].State);
        Assert.Equal(["tenant.delete", "tenant.update", "tenant.update"], ReadAudit().Take(3).Select(entry => entry.Action));
    }

    [Fact]
    public async Task Plan_StillInUse_CannotBeDeletedAndSaysWhose()
    {
        (Tenant tenant, _) = await AddTenantAsync();
        IRenderedComponent<TenantsPage> page = Open($"tenants?tab=plans&id={tenant.PlanId}");

        Press(page, "Delete");
        Press(page, "Delete it");

        page.WaitForAssertion(() => Assert.Contains("that of lab", page.Find(".notice-error").TextContent), Patience);
    }

    [Fact]
    public async Task Key_Made_IsShownOnceAndNeverAgain()
    {
        (Tenant tenant, _) = await AddTenantAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        IRenderedComponent<TenantsPage> page = Open("tenants?tab=keys&id=new");

        Change(page, "key-scope", $"{tenant.Id}");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("name must be", page.Find("#key-name-problem").TextContent), Patience);
        Change(page, "key-name", "second");
        Change(page, "key-expires", "2020-01-01T00:00");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("in the past", page.Find("#key-expires-problem").TextContent), Patience);
        Change(page, "key-expires", "2999-01-01T00:00");
        Submit(page);

        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("[data-testid=new-key]")), Patience);
        string text = dialogs.Find("[data-testid=new-key]").TextContent;
        Assert.Equal(KeyVerdict.Valid, Tenancy.Judge(text, out KeyGrant? grant));
        Assert.Equal(("second", 2999), (grant!.Key.Name, grant.Key.ExpiresAt!.Value.Year));
        Assert.Contains($"curl http://localhost/v1/chat/completions -H 'authorization: Bearer {text}'", dialogs.Find("#new-key-example").TextContent);
        Assert.Equal(2, dialogs.FindAll("[data-copy]").Count);
        await dialogs.InvokeAsync(() => dialogs.FindAll("button").First(button => button.TextContent == "I have kept it").Click());
        dialogs.WaitForAssertion(() => Assert.Empty(dialogs.FindAll("[data-testid=new-key]")), Patience);
        page.WaitForAssertion(() => Assert.Contains("second", page.Find("[aria-label='Key second'] h2").TextContent), Patience);
        Assert.DoesNotContain(text, page.Markup);
    }

    [Fact]
    public async Task Key_RotatedAndRevoked_StopsWhenItSays()
    {
        (_, NewKey key) = await AddTenantAsync();
        IRenderedComponent<MudDialogProvider> dialogs = Render<MudDialogProvider>();
        IRenderedComponent<TenantsPage> page = Open($"tenants?tab=keys&id={key.Key.Id}");

        Change(page, "key-overlap", "-1");
        Submit(page);
        page.WaitForAssertion(() => Assert.Contains("0 or more", page.Find("#key-overlap-problem").TextContent), Patience);
        Change(page, "key-overlap", "2");
        Submit(page);
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindAll("[data-testid=new-key]")), Patience);
        Assert.Equal(KeyVerdict.Valid, Tenancy.Judge(key.Text, out KeyGrant? old));
        Assert.InRange(old!.Key.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(1.9), TimeSpan.FromHours(2));

        page.WaitForAssertion(() => Assert.Contains("stands in for an earlier one", page.Markup), Patience);
        Press(page, "Revoke");
        Press(page, "Revoke it");
        page.WaitForAssertion(() => Assert.Equal("revoked", page.Find("[data-testid=key-state]").TextContent), Patience);
        Assert.Equal(KeyVerdict.Revoked, Tenancy.Judge(dialogs.Find("[data-testid=new-key]").TextContent, out _));
    }

    [Fact]
    public async Task Limits_OfAKey_SayTheirRuleAndMoveWithUse()
    {
        (Tenant tenant, NewKey key) = await AddTenantAsync();
        await Administration.UpdateTenantAsync("test", tenant with { Overrides = new PlanLimits { TokensPerDay = new Limit(100) } });
        IRenderedComponent<TenantsPage> page = Open($"tenants?tab=keys&id={key.Key.Id}");
        page.WaitForAssertion(() => Assert.Contains("0 used, 0 reserved, 100 left of 100", Limit(page, "Tenant-TokensPerDay")), Patience);
        Assert.Contains("the tenant's own, in place of the plan's 1,000", Limit(page, "Tenant-TokensPerDay"));
        Assert.Contains("by the plan small", Limit(page, "Tenant-RequestsPerMinute"));
        Assert.Contains("this key alone", Limit(page, "Key-ConcurrentRequests"));

        Tenancy.Judge(key.Text, out KeyGrant? grant);
        Spend(grant!, 60);
        Spend(grant!, 40);

        page.WaitForAssertion(() => Assert.Contains("100 used, 0 reserved, 0 left of 100", Limit(page, "Tenant-TokensPerDay")), Patience);
        Assert.Contains("reached", Limit(page, "Tenant-TokensPerDay"));
        Assert.Contains("would have refused 1 of 2", Limit(page, "Tenant-RequestsPerMinute"));
        Assert.StartsWith("last used", page.Find("[data-testid=key-used]").TextContent, StringComparison.Ordinal);
        Assert.NotNull(Services.GetRequiredService<QuotaBook>().TryReserve(grant!.Terms, new QuotaRequest(1, 1, MayShrink: false), out _));
    }

    [Fact]
    public async Task Search_OfKeys_FindsByTenantAndStandsInTheAddress()
    {
        (_, NewKey key) = await AddTenantAsync();
        await Administration.CreateKeyAsync("test", key.Key with { TenantId = null, Name = "operations" });
        IRenderedComponent<TenantsPage> page = Open("tenants?tab=keys");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody td a").Count), Patience);

        Change(page, "search", "LAB");

        page.WaitForAssertion(() => Assert.Equal("first", page.FindAll("tbody td a").Single().TextContent), Patience);
        Assert.EndsWith("tenants?tab=keys&search=LAB", Services.GetRequiredService<NavigationManager>().Uri);
        Change(page, "search", "nobody");
        page.WaitForAssertion(() => Assert.Contains("No key passes the search.", page.Markup), Patience);
    }

    [Fact]
    public async Task Address_ChangedByALink_IsFollowed()
    {
        (Tenant tenant, _) = await AddTenantAsync();
        IRenderedComponent<TenantsPage> page = Open("tenants");
        Assert.Empty(page.FindAll("[data-testid=tenant-state]"));

        Services.GetRequiredService<NavigationManager>().NavigateTo($"tenants?id={tenant.Id}");

        page.WaitForAssertion(() => Assert.Equal("active", page.Find("[data-testid=tenant-state]").TextContent), Patience);
    }

    [Fact]
    public void Address_OfNothingThere_SaysSo() => Assert.Contains("It is not there any more", Open($"tenants?id={Guid.NewGuid()}").Markup);

    private static string Limit(IRenderedComponent<TenantsPage> page, string which) => page.Find($"[data-testid=limit-{which}]").TextContent;

    private static void Change<T>(IRenderedComponent<TenantsPage> page, string id, T value) => page.Act(live => live.Find($"[data-testid={id}]").Change(value));

    private static void Submit(IRenderedComponent<TenantsPage> page) => page.Act(live => live.Find("form").Submit());

    private static void Press(IRenderedComponent<TenantsPage> page, string text) =>
        page.WaitForAssertion(() => page.Act(live => live.FindAll("button").First(button => button.TextContent.Trim() == text).Click()), Patience);

    private void Spend(KeyGrant grant, long tokens)
    {
        Assert.Null(Services.GetRequiredService<QuotaBook>().TryReserve(grant.Terms, new QuotaRequest(1, tokens - 1, MayShrink: false), out Reservation? reservation));
        reservation!.Complete(tokens);
    }

    private IRenderedComponent<TenantsPage> Open(string address)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Render<TenantsPage>();
    }

    private Task<Plan> AddPlanAsync() => Administration.CreatePlanAsync("test", new Plan(
        default, "small", new PlanLimits { TokensPerDay = new Limit(1000), RequestsPerMinute = new Limit(1, IsShadow: true) }, [], null, LaneRights.All, 1, null, 0));

    private async Task<(Tenant Tenant, NewKey Key)> AddTenantAsync()
    {
        Plan plan = await AddPlanAsync();
        Tenant tenant = await Administration.CreateTenantAsync("test", new Tenant(default, "lab", "The lab", "UTC", plan.Id, null, null, PlanLimits.None, TenantState.Active));
        ApiKey key = new(default, tenant.Id, "first", "", [], default, null, null, null, new PlanLimits { ConcurrentRequests = new Limit(2) }, null, null);
        return (tenant, await Administration.CreateKeyAsync("test", key));
    }
}
