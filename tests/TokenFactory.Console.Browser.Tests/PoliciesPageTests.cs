using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class PoliciesPageTests(ConsoleFixture console)
{
    [Fact]
    public async Task Policy_ChangedWhileAStreamRuns_HoldsAtOnceAndIsTakenBack()
    {
        await using BrowserPage page = await console.OpenAsync("/policies");
        await using StreamingClient client = new(console.Address);
        ILocator most = page.TestId("most-running-requests");
        string before = await most.InputValueAsync();

        await most.FillAsync("2");
        await Expect(page.TestId("preview")).ToContainTextAsync("At most 2 requests run at once");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Apply" }).ClickAsync();
        await Expect(page.TestId("policy-version")).ToHaveTextAsync(new Regex("by admin"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Go back to version 1" }).ClickAsync();

        await Expect(page.TestId("policy-version")).ToHaveTextAsync(new Regex("Back to version 1"));
        await Expect(most).ToHaveValueAsync(before);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Page_Always_FitsItsWindow(int width)
    {
        await using BrowserPage page = await console.OpenAsync("/policies", width);

        Assert.False(await page.ScrollsSidewaysAsync());
    }
}
