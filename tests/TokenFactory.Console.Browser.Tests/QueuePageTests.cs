using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class QueuePageTests(ConsoleFixture console)
{
    [Fact]
    public async Task Request_HeldReleasedAndCancelled_ByAnOperator_IsSo()
    {
        await using BrowserPage page = await console.OpenAsync("/queue");
        await using StreamingClient client = new(console.Address);
        ILocator counts = page.TestId("queue-counts");
        await Expect(counts).ToHaveTextAsync(new Regex("^1 running"), new() { Timeout = 15_000 });

        await HoldOneAsync(page, counts);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Release" }).ClickAsync();
        await Expect(counts).ToHaveTextAsync("1 running · 0 waiting · 0 held");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel request" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Region, new() { NameRegex = new Regex("^Request ") })).ToHaveCountAsync(0);
    }

    /// <summary>An answer takes a second or two, and may end between the two clicks, or before the second one reaches it.</summary>
    private static async Task HoldOneAsync(BrowserPage page, ILocator counts)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await page.Page.Locator("tbody .id").First.ClickAsync(new() { Timeout = 3000 });
                await page.Page.GetByRole(AriaRole.Button, new() { Name = "Hold" }).ClickAsync(new() { Timeout = 3000 });
                await Expect(counts).ToHaveTextAsync("0 running · 0 waiting · 1 held", new() { Timeout = 3000 });
                return;
            }
            catch (Exception problem) when (attempt < 10 && problem is TimeoutException or PlaywrightException)
            {
                // The next one is held instead.
            }
        }
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Page_WithRequests_FitsItsWindow(int width)
    {
        await using BrowserPage page = await console.OpenAsync("/queue", width);
        await using StreamingClient client = new(console.Address);
        await Expect(page.TestId("queue-counts")).ToHaveTextAsync(new Regex("^1 running"), new() { Timeout = 15_000 });
        await page.Page.Locator("tbody .id").First.ClickAsync();

        Assert.False(await page.ScrollsSidewaysAsync());
    }
}
