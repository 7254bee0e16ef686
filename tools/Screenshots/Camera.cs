using Microsoft.Playwright;
using TokenFactory.Tests.Shared.Pages;
using TokenFactory.Web.BrowserTests;

namespace TokenFactory.Screenshots;

/// <summary>The machine's own browser, signed in as an administrator.</summary>
internal sealed class Camera : IAsyncDisposable
{
    private const int MostBytes = 250_000;

    private static readonly (int Width, int Height) Desk = (1280, 860);
    private static readonly (int Width, int Height) Phone = (390, 844);

    private const string HideFolders =
        """
        ([repository, temporary]) => {
          const hide = text => text.replaceAll(repository, "/srv/token-factory").replaceAll(new RegExp(`${temporary}/tf-screenshots-\\w+`, "g"), "/var/lib/token-factory");
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (texts.nextNode()) {
            const text = texts.currentNode;
            if (text.nodeValue.includes("/")) {
              text.nodeValue = hide(text.nodeValue);
            }
          }
        }
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _address;
    private readonly string _product;
    private string? _session;

    private Camera(IPlaywright playwright, IBrowser browser, Uri address, string product) =>
        (_playwright, _browser, _address, _product) = (playwright, browser, address, product);

    /// <param name="address">The product's.</param>
    /// <param name="product">The folder that it runs from.</param>
    public static async Task<Camera> OpenAsync(Uri address, string product)
    {
        string executable = Chromium.Find() ?? throw new InvalidOperationException(Chromium.Missing);
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = executable, Args = ["--no-sandbox", "--disable-gpu"] });
        Camera camera = new(playwright, browser, address, product);
        IPage page = await camera.OpenPageAsync("/signin", ColorScheme.Light, Desk.Width, Desk.Height);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("admin");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Factory.AdminPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.Locator(".account").WaitForAsync();
        camera._session = await page.Context.StorageStateAsync();
        await page.Context.CloseAsync();
        return camera;
    }

    /// <summary>Opens a page in a context of its own and waits until it is drawn.</summary>
    public async Task<IPage> OpenPageAsync(string path, ColorScheme scheme, int width, int height, bool signedIn = true)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = _address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            StorageState = signedIn ? _session : null,
        });
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(path);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        return page;
    }

    /// <summary>Takes pages in both schemes, and those for phones narrow as well.</summary>
    /// <param name="folder">Where the pictures go.</param>
    /// <param name="names">Of the pages; all where there are none.</param>
    public async Task ShootAsync(string folder, IReadOnlySet<string> names)
    {
        foreach (ConsolePage one in ConsolePages.All.Where(one => names.Count == 0 || names.Contains(one.Name)))
        {
            foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                string name = $"{one.Name}-{scheme.ToString().ToLowerInvariant()}";
                await ShootAsync(one, scheme, Desk, Path.Combine(folder, $"{name}.png"));
                if (one.IsShotNarrow)
                {
                    await ShootAsync(one, scheme, Phone, Path.Combine(folder, $"{name}-narrow.png"));
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private async Task ShootAsync(ConsolePage one, ColorScheme scheme, (int Width, int Height) window, string file)
    {
        IPage page = await OpenPageAsync(one.Path, scheme, window.Width, window.Height, one.NeedsSignIn);
        await Stage.ActAsync(one.Name, page);
        // Live figures need a look or two.
        await Task.Delay(TimeSpan.FromSeconds(2));
        await page.EvaluateAsync(HideFolders, new[] { _product, Path.TrimEndingDirectorySeparator(Path.GetTempPath()) });
        byte[] picture = await page.ScreenshotAsync(new PageScreenshotOptions { Path = file, Caret = ScreenshotCaret.Hide });
        Console.WriteLine($"{file}: {picture.Length / 1000} KB{(picture.Length > MostBytes ? ", which is too much" : "")}");
        await page.Context.CloseAsync();
    }
}
