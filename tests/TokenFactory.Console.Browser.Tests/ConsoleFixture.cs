using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Host;
using Xunit;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(TokenFactory.Web.BrowserTests.ConsoleFixture))]

namespace TokenFactory.Web.BrowserTests;

/// <summary>One product and one browser for all tests; each test has a page of its own.</summary>
public sealed class ConsoleFixture : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private HostProcess? _host;
    private readonly Dictionary<Uri, string> _sessions = [];

    internal Uri Address => _host!.Client.BaseAddress!;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Find() is not { } executable)
        {
            return;
        }
        Task<HostProcess> starting = HostProcess.StartAsync();
        try
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Args = Flags });
        }
        finally
        {
            _host = await starting;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>The browser; skips the calling test where there is none.</summary>
    internal void RequireBrowser() => Assert.SkipWhen(_browser is null, Chromium.Missing);

    /// <summary>A page in a context of its own; skips the calling test where there is no browser.</summary>
    /// <param name="path">What is loaded.</param>
    /// <param name="width">The window's, in pixels.</param>
    /// <param name="height">The window's, in pixels.</param>
    /// <param name="scheme">What the system says of light and dark.</param>
    /// <param name="address">Another host than the fixture's.</param>
    /// <param name="signedIn">As <c>admin</c>, by a session that is made once a host; false: as nobody.</param>
    internal async Task<BrowserPage> OpenAsync(
        string path, int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light, Uri? address = null, bool signedIn = true)
    {
        Assert.SkipWhen(_browser is null, Chromium.Missing);
        Uri host = address ?? Address;
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = host.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            StorageState = signedIn ? await FindSessionAsync(host) : null,
        });
        BrowserPage page = new(context, await context.NewPageAsync());
        await page.GoToAsync(path);
        return page;
    }

    private async Task<string> FindSessionAsync(Uri host)
    {
        if (!_sessions.TryGetValue(host, out string? session))
        {
            await using BrowserPage page = await OpenAsync("/signin", address: host, signedIn: false);
            await page.SignInAsync("admin", HostProcess.AdminPassword);
            _sessions[host] = session = await page.Page.Context.StorageStateAsync();
            // Left as a person leaves it, so that its circuit ends at once and is not kept for a browser that may come back.
            await page.Page.GotoAsync("about:blank");
        }
        return session;
    }
}
