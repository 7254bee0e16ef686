using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

public sealed class LayoutTests(ConsoleFixture console)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/playground")]
    [InlineData("/playground?mode=completion")]
    public async Task Page_OnAPhone_DoesNotScrollSideways(string path)
    {
        await using BrowserPage page = await console.OpenAsync(path, 390, 844);
        await page.Page.Locator(".panel").First.WaitForAsync();

        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Conversation_LongWordOnAPhone_DoesNotScrollSideways()
    {
        await using BrowserPage page = await console.OpenAsync("/playground?max_tokens=8", 390, 844);

        await page.AskAsync(new string('w', 300));

        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Dark_Chosen_StaysOverAReload()
    {
        await using BrowserPage page = await console.OpenAsync("/");
        ILocator root = page.Page.Locator("html");
        await Expect(root).ToHaveAttributeAsync("data-theme", "light");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Switch to dark" }).ClickAsync();
        await Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await page.Page.ReloadAsync();

        await Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Switch to light" }).WaitForAsync();
    }

    [Fact]
    public async Task Page_SystemIsDark_FollowsIt()
    {
        await using BrowserPage page = await console.OpenAsync("/playground", scheme: ColorScheme.Dark);

        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task Page_SystemIsDark_IsNeverDrawnInOtherColours()
    {
        await using BrowserPage page = await console.OpenAsync("/", scheme: ColorScheme.Dark);
        await page.Page.AddInitScriptAsync(
            """
            window.colours = [];
            const look = () => {
              const brand = document.querySelector(".brand-name");
              if (brand && !window.colours.includes(getComputedStyle(brand).color)) {
                window.colours.push(getComputedStyle(brand).color);
              }
            };
            new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
            """);

        await page.GoToAsync("/queue");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Switch to light" }).WaitForAsync();

        Assert.Equal(["rgb(227, 234, 236)"], await page.Page.EvaluateAsync<string[]>("() => window.colours"));
    }

    [Fact]
    public async Task Navigation_FromFloorToPlayground_KeepsTheCircuit()
    {
        await using BrowserPage page = await console.OpenAsync("/");
        await page.Page.EvaluateAsync("() => { window.sameDocument = true; }");

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Playground" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Playground");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => window.sameDocument === true"));
    }
}
