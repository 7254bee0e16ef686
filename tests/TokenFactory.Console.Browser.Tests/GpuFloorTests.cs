using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Tests.Shared.Nvml;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>The product on a machine whose NVML answers for 64 GPUs.</summary>
public sealed class GpuFloorTests(ConsoleFixture console) : IAsyncLifetime
{
    private FakeNvml? _gpus;
    private HostProcess? _host;

    public async ValueTask InitializeAsync()
    {
        console.RequireBrowser();
        _gpus = FakeNvml.Compile("devices 64\nreasons 5 40\nlost 9");
        _host = await HostProcess.StartAsync(new Dictionary<string, string> { ["Telemetry__NvmlPath"] = _gpus.LibraryPath });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
        _gpus?.Dispose();
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Floor_SixtyFourGpus_ShowsFiguresThatMoveAndWhatNeedsAttention(int width, ColorScheme scheme)
    {
        await using BrowserPage page = await console.OpenAsync("/", width, scheme: scheme, address: _host!.Client.BaseAddress);
        ILocator attention = page.Page.Locator(".attention li");

        await Expect(attention).ToHaveTextAsync([new Regex("cuda:9: The GPU is lost"), new Regex("cuda:5: Throttled: too hot")]);
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "65 devices" })).ToBeVisibleAsync();
        ILocator row = page.Page.Locator("tr", new() { Has = page.Page.GetByRole(AriaRole.Button, new() { Name = "cuda:1", Exact = true }) });
        string first = await row.InnerTextAsync();
        await Expect(row).Not.ToHaveTextAsync(first, new() { Timeout = 5_000 });
        Assert.InRange(await page.Page.Locator("tbody tr:not([style])").CountAsync(), 10, 40);
        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Device_Chosen_IsShownInFullAndStaysOverAReload()
    {
        await using BrowserPage page = await console.OpenAsync("/", address: _host!.Client.BaseAddress);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "cuda:4", Exact = true }).ClickAsync();
        ILocator panel = page.Page.Locator(".device");
        await Expect(panel.GetByRole(AriaRole.Heading)).ToHaveTextAsync("cuda:4");
        await Expect(panel.Locator("path.line-power")).ToHaveAttributeAsync("d", new Regex("^M"), new() { Timeout = 20_000 });

        await page.Page.ReloadAsync();

        await Expect(page.Page.Locator(".device").GetByRole(AriaRole.Heading)).ToHaveTextAsync("cuda:4");
        await page.Page.Locator(".plot").HoverAsync();
        await Expect(page.Page.Locator(".readout")).ToHaveTextAsync(new Regex("busy .* % · power .* W · clock .* MHz$"));
    }
}
