using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Pages;
using Xunit;

namespace TokenFactory.Web.BrowserTests.Accessibility;

/// <summary>Nothing on any page keeps somebody from using it, as far as axe-core can tell.</summary>
public sealed class AccessibilityTests(ConsoleFixture console, SeededHost host) : IClassFixture<SeededHost>
{
    private static readonly (int Width, int Height)[] Windows = [(1280, 800), (390, 844)];

    private readonly List<string> _findings = [];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_All_HaveNoSeriousFinding(ColorScheme scheme)
    {
        console.RequireBrowser();
        Axe axe = Axe.Require();
        await using BrowserPage page = await OpenAsync("/", scheme);
        foreach (ConsolePage one in ConsolePages.All.Where(one => one.NeedsSignIn))
        {
            await page.GoToAsync(one.Path);
            await CheckAsync(axe, page);
        }
        await using BrowserPage stranger = await OpenAsync("/signin", scheme, signedIn: false);
        await CheckAsync(axe, stranger);

        Assert.True(_findings.Count == 0, string.Join('\n', _findings));
    }

    /// <summary>What is shown only once something is chosen, opened or wrong.</summary>
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task States_OfPages_HaveNoSeriousFinding(ColorScheme scheme)
    {
        console.RequireBrowser();
        Axe axe = Axe.Require();
        await using BrowserPage page = await OpenAsync("/queue", scheme);
        await page.Page.Locator("tbody .id").First.ClickAsync();
        await page.Page.Locator("section.request").WaitForAsync();
        await CheckAsync(axe, page);
        await page.GoToAsync("/policies");
        await page.TestId("most-running-requests").FillAsync("many");
        await page.Page.Locator(".problem").First.WaitForAsync();
        await CheckAsync(axe, page);
        foreach (string path in new[] { "/tenants?id=new", "/tenants?tab=plans&id=new", "/tenants?tab=keys&id=new", "/playground?mode=completion", "/playground?temperature=9" })
        {
            await page.GoToAsync(path);
            await CheckAsync(axe, page);
        }
        await page.GoToAsync("/tenants");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "lab", Exact = true }).ClickAsync();
        await page.TestId("tenant-state").WaitForAsync();
        await CheckAsync(axe, page);
        await page.GoToAsync("/playground?max_tokens=8");
        await page.AskAsync("Hello");
        await CheckAsync(axe, page);
        await page.GoToAsync("/models");
        ILocator demo = page.Page.GetByRole(AriaRole.Region, new() { Name = "Model demo" });
        await demo.GetByText("Benchmark", new() { Exact = true }).ClickAsync();
        await demo.GetByRole(AriaRole.Button, new() { Name = "Measure" }).ClickAsync();
        await page.TestId("benchmark-rate").WaitForAsync();
        await CheckAsync(axe, page);

        Assert.True(_findings.Count == 0, string.Join('\n', _findings));
    }

    private async Task<BrowserPage> OpenAsync(string path, ColorScheme scheme, bool signedIn = true)
    {
        BrowserPage page = await console.OpenAsync(path, scheme: scheme, address: host.Address, signedIn: signedIn);
        // Colours halfway through a transition are nobody's.
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        return page;
    }

    private async Task CheckAsync(Axe axe, BrowserPage page)
    {
        foreach ((int width, int height) in Windows)
        {
            await page.Page.SetViewportSizeAsync(width, height);
            _findings.AddRange((await axe.CheckAsync(page.Page)).Select(finding => $"{width} pixels: {finding}"));
        }
    }
}
