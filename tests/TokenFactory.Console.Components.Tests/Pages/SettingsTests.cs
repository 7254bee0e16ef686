using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Settings;
using TokenFactory.Web.Tests.Settings;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using SettingsPage = TokenFactory.Web.Components.Pages.Settings;

namespace TokenFactory.Web.Tests.Pages;

public sealed class SettingsTests : ConsoleContext
{
    private const string Password = "hunter2hunter2";

    public SettingsTests()
    {
        Services.AddOptionsFrom(SettingsFixture.Configure(
            $$"""{ "Live": { "TotalsShown": 9 }, "TokenFactory": { "Modles": [], "SignIn": { "AdminPassword": "{{Password}}" } } }"""));
        Services.AddSingleton<SettingsReader>();
    }

    [Fact]
    public void Page_Always_ShowsValueDefaultSourceAndMeaning()
    {
        IRenderedComponent<SettingsPage> page = Render<SettingsPage>();

        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-key]")), Patience);
        string row = page.Find("[data-key='TokenFactory:SignIn:LockoutAttempts']").TextContent;
        Assert.Contains("Wrong passwords after which an account is locked.", row);
        Assert.Contains("default", row);
        Assert.Contains("5", row);
        Assert.Contains(Secrets.Hidden, page.Find("[data-key='TokenFactory:SignIn:AdminPassword']").TextContent);
        Assert.DoesNotContain(Password, page.Markup);
    }

    [Fact]
    public void Key_ThatNothingReads_IsShown()
    {
        IRenderedComponent<SettingsPage> page = Render<SettingsPage>();

        page.WaitForAssertion(() => Assert.Contains("perhaps TokenFactory:Models is meant", page.Find("[data-testid=unknown]").TextContent), Patience);
    }

    [Fact]
    public void Search_ForWords_ShowsWhatHasThemAndStandsInTheAddress()
    {
        IRenderedComponent<SettingsPage> page = Render<SettingsPage>();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-key]")), Patience);

        page.Act(live => live.Find("[data-testid=search]").Input("lockout time"));

        page.WaitForAssertion(() => Assert.Equal("TokenFactory:SignIn:LockoutTime", page.FindAll("[data-key]").Single().GetAttribute("data-key")), Patience);
        Assert.EndsWith("settings?search=lockout%20time", Services.GetRequiredService<NavigationManager>().Uri);
        page.Act(live => live.Find("[data-testid=search]").Input("no such words"));
        page.WaitForAssertion(() => Assert.Contains("No option passes the filter.", page.Markup), Patience);
    }

    [Fact]
    public void Address_WithASearch_ShowsIt()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("settings?search=password&set=only");

        IRenderedComponent<SettingsPage> page = Render<SettingsPage>();

        page.WaitForAssertion(() => Assert.Equal(["TokenFactory:SignIn:AdminPassword"], page.FindAll("[data-key]").Select(row => row.GetAttribute("data-key"))), Patience);
    }

    [Fact]
    public async Task Operator_WhoOpensIt_SeesNothing()
    {
        await SignInAsync(ConsoleRole.Operator);

        IRenderedComponent<SettingsPage> page = Render<SettingsPage>();

        page.WaitForAssertion(() => Assert.Contains("This needs the role", page.Find("[role=alert]").TextContent), Patience);
        Assert.Empty(page.FindAll("[data-key]"));
    }
}
