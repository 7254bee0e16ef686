using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace TokenFactory.Web.BrowserTests;

/// <summary>A page that remembers what went wrong in it: leaving it fails the test where anything did.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const float Patience = 15_000;

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _problems = new();

    public BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.SetDefaultTimeout(Patience);
        page.Console += (_, message) => Remember(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Remember(true, $"script: {error}");
        page.Response += (_, response) => Remember(response.Status >= 400, $"{response.Status} {response.Url}");
        // A page that is left gives up its own requests, the circuit's among them.
        page.RequestFailed += (_, request) => Remember(request.Failure != "net::ERR_ABORTED", $"{request.Failure} {request.Url}");
    }

    public IPage Page { get; }

    public ILocator Message => Page.GetByRole(AriaRole.Textbox, new() { Name = "Message" });

    public ILocator Send => Page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true });

    public ILocator Stop => Page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true });

    public ILocator Answers => Page.Locator(".turn-answer");

    public ILocator TestId(string id) => Page.GetByTestId(id);

    /// <summary>Loads a path and waits until its circuit has drawn the page.</summary>
    public async Task GoToAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
    }

    /// <summary>Fills in the sign-in page and waits until a page is drawn after it.</summary>
    public async Task SignInAsync(string name, string password)
    {
        await EnterAsync(name, password);
        await Page.Locator(".account").WaitForAsync();
    }

    /// <summary>Fills in the sign-in page and presses its button.</summary>
    public async Task EnterAsync(string name, string password)
    {
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>Sends a message and waits until its answer has ended.</summary>
    public async Task AskAsync(string text)
    {
        int before = await TestId("ending").CountAsync();
        await Message.FillAsync(text);
        await Message.PressAsync("Enter");
        await Assertions.Expect(TestId("ending")).ToHaveCountAsync(before + 1, new() { Timeout = Patience });
    }

    /// <summary>Whether the page is wider than its window.</summary>
    public Task<bool> ScrollsSidewaysAsync() =>
        Page.EvaluateAsync<bool>("() => document.scrollingElement.scrollWidth > document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_problems);
    }

    private void Remember(bool isProblem, string problem)
    {
        if (isProblem)
        {
            _problems.Enqueue(problem);
        }
    }
}
