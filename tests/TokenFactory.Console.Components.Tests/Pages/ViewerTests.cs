using Bunit;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Web.Access;
using TokenFactory.Web.Components.Pages;
using TokenFactory.Web.Tenants;
using TokenFactory.Web.Tests.Setup;
using Xunit;

using PoliciesPage = TokenFactory.Web.Components.Pages.Policies;
using TenantsPage = TokenFactory.Web.Components.Pages.Tenants;

namespace TokenFactory.Web.Tests.Pages;

/// <summary>What pages leave out for whoever may only look, and that the services behind refuse it too.</summary>
public sealed class ViewerTests : ConsoleContext
{
    [Fact]
    public async Task Queue_OfAViewer_ShowsRequestsAndNoActions()
    {
        await SignInAsync(ConsoleRole.Viewer);
        HashModel model = AddModel();
        model.Executor.StepTime = TimeSpan.FromMilliseconds(20);
        model.Engine.TrySubmit(new GenerationRequest { Id = "long", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = 400 }, out Generation? _);
        IRenderedComponent<Queue> page = Render<Queue>();

        page.WaitForState(() => page.FindAll("tbody .id").Count > 0, Patience);
        page.Act(one => one.Find("tbody .id").Click());

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".timeline li")), Patience);
        Assert.Empty(page.FindAll(".request .actions"));
    }

    [Fact]
    public async Task Policies_OfAViewer_ShowFieldsThatCannotBeTypedIn()
    {
        await SignInAsync(ConsoleRole.Viewer);
        AddModel();
        IRenderedComponent<PoliciesPage> page = Render<PoliciesPage>();

        page.WaitForAssertion(() => Assert.All(page.FindAll("form input"), input => Assert.True(input.HasAttribute("readonly"))), Patience);
        Assert.DoesNotContain(page.FindAll("button"), button => button.TextContent.Contains("Apply", StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[data-testid=guard]"));
    }

    [Theory]
    [InlineData(ConsoleRole.Viewer)]
    [InlineData(ConsoleRole.Operator)]
    public async Task Tenants_OfWhoMayNotKeepThem_RefuseOnThePageAndBehindIt(ConsoleRole role)
    {
        await SignInAsync(role);
        IRenderedComponent<TenantsPage> page = Render<TenantsPage>();

        Assert.DoesNotContain(page.FindAll("a, button"), one => one.TextContent.Contains("New tenant", StringComparison.Ordinal));
        TenantOperations operations = Services.GetRequiredService<TenantOperations>();
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.SaveAsync(new Plan(default, "p", PlanLimits.None, [], null, LaneRights.All, 1, null, 0)));
    }

    [Fact]
    public async Task AdministratorsKey_ByAQuotaAdmin_IsNeitherMadeNorEnded()
    {
        TenantOperations byAdmin = Services.GetRequiredService<TenantOperations>();
        ApiKey wanted = new(default, null, "root", "", [], default, null, null, null, PlanLimits.None, null, null, ConsoleRole.Operator);
        NewKey made = await byAdmin.CreateKeyAsync(wanted);
        Assert.Equal(ConsoleRole.Operator, made.Key.Role);
        await SignInAsync(ConsoleRole.QuotaAdmin);
        TenantOperations operations = new(Services.GetRequiredService<TenantAdministration>(), Services.GetRequiredService<Visitor>());

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.CreateKeyAsync(wanted));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.RotateKeyAsync(made.Key.Id, TimeSpan.Zero));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.RevokeKeyAsync(made.Key.Id));

        Assert.Null(Assert.Single(Services.GetRequiredService<TenantDirectory>().Keys).RevokedAt);
    }
}
