using System.Text.RegularExpressions;
using TokenFactory.Tests.Shared.Host;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class SettingsPageTests(ConsoleFixture console)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Page_Always_ShowsWhereOptionsWereSetAndNoSecret(int width)
    {
        await using BrowserPage page = await console.OpenAsync("/settings", width);
        await Expect(page.Page.Locator("[data-key='TokenFactory:DataFolder']")).ToContainTextAsync("command line --data");

        await Expect(page.Page.Locator("[data-key='TokenFactory:Models:0:Threads']")).ToContainTextAsync("environment variable TokenFactory__Models__0__Threads");
        await Expect(page.Page.Locator("[data-key='TokenFactory:SignIn:AdminPassword']")).ToContainTextAsync("set (hidden)");
        Assert.DoesNotContain(HostProcess.AdminPassword, await page.Page.ContentAsync());
        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Search_Typed_StaysOverAReload()
    {
        await using BrowserPage page = await console.OpenAsync("/settings");
        await page.TestId("search").FillAsync("lockout");
        await Expect(page.TestId("count")).ToHaveTextAsync(new Regex("^2 of "));

        await page.Page.ReloadAsync();

        await Expect(page.TestId("search")).ToHaveValueAsync("lockout");
        await Expect(page.TestId("count")).ToHaveTextAsync(new Regex("^2 of "));
    }
}
