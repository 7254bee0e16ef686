using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed partial class FloorPageTests(ConsoleFixture console)
{
    [Fact]
    public async Task Floor_WhileAClientStreams_ShowsFiguresThatChange()
    {
        await using BrowserPage page = await console.OpenAsync("/");
        ILocator rate = page.TestId("rate-out");
        await using (new StreamingClient(console.Address))
        {
            await Expect(rate).ToHaveTextAsync(PositiveNumber(), new() { Timeout = 15_000 });
            await Expect(page.TestId("running")).ToHaveTextAsync(new Regex("^1 of "));
            string first = await rate.InnerTextAsync();
            await Expect(rate).Not.ToHaveTextAsync(first, new() { Timeout = 15_000 });
            Assert.NotEqual("0", await page.TestId("kv-used").InnerTextAsync());
        }
        await Expect(page.TestId("running")).ToHaveTextAsync(new Regex("^0 of "));
        await Expect(page.TestId("kv-used")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task Pause_WhileAClientStreams_HoldsTheFigures()
    {
        await using BrowserPage page = await console.OpenAsync("/");
        await using StreamingClient client = new(console.Address);
        await Expect(page.TestId("rate-out")).ToHaveTextAsync(PositiveNumber(), new() { Timeout = 15_000 });

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.Page.GetByText("Paused at").WaitForAsync();
        string held = await page.Page.Locator(".replica").InnerTextAsync();
        await Task.Delay(1500);

        Assert.Equal(held, await page.Page.Locator(".replica").InnerTextAsync());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Page.Locator(".replica")).Not.ToHaveTextAsync(held);
    }

    [Fact]
    public async Task Chart_PointerOverIt_ReadsTheValuesThere()
    {
        await using BrowserPage page = await console.OpenAsync("/");

        await page.Page.Locator(".plot").HoverAsync();

        await Expect(page.Page.Locator(".readout")).ToHaveTextAsync(new Regex(@"^\d\d:\d\d:\d\d–\d\d:\d\d:\d\d · out [\d.]+ · in [\d.]+ tokens/s( · busy ([\d.]+|–) %)?( · power ([\d.]+|–) W)?$"));
    }

    [Fact]
    public async Task Chart_ArrowKeys_MoveTheReadout()
    {
        await using BrowserPage page = await console.OpenAsync("/");
        ILocator plot = page.Page.Locator(".plot");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Step" }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(plot).ToBeFocusedAsync();
        int last = int.Parse((await plot.GetAttributeAsync("data-at"))!, CultureInfo.InvariantCulture);

        await page.Page.Keyboard.PressAsync("ArrowLeft");

        await Expect(plot).ToHaveAttributeAsync("data-at", (last - 1).ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Figure_PointerOverItsName_SaysItsSource()
    {
        await using BrowserPage page = await console.OpenAsync("/");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "KV blocks" }).HoverAsync();

        await Expect(page.Page.Locator(".source-note")).ToContainTextAsync("block manager's own counts");
    }

    [GeneratedRegex("^[1-9][0-9,]*$")]
    private static partial Regex PositiveNumber();
}
