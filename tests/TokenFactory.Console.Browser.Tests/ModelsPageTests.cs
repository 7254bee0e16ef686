using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using TokenFactory.Tests.Shared.Hub;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace TokenFactory.Web.BrowserTests;

/// <summary>A model's whole way through the page: from a hub or a folder into the engine, and out again.</summary>
public sealed class ModelsPageTests(ConsoleFixture console)
{
    private const float Patience = 60_000;

    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    [Fact]
    public async Task Load_ReloadedMeanwhile_ServesAndIsUsedAndUnloaded()
    {
        console.RequireBrowser();
        await using HostProcess host = await HostProcess.StartAsync("--model", Demo);
        await using BrowserPage page = await console.OpenAsync("/models", address: host.Client.BaseAddress);

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Estimate and load demo" }).ClickAsync();
        await Expect(page.TestId("verdict")).ToContainTextAsync("Fits");
        await TypeAsync(page, "load-name", "second");
        await TypeAsync(page, "load-kv", "8");
        await TypeAsync(page, "load-replicas", "12");
        await Expect(page.Page).ToHaveURLAsync(new Regex("replicas=12"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Load", Exact = true }).ClickAsync();
        await page.TestId("load").WaitForAsync();
        await page.GoToAsync("/models");
        await Expect(page.TestId("load")).ToContainTextAsync("of 12");
        await Expect(page.Page.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(1);

        ILocator second = page.Page.GetByRole(AriaRole.Region, new() { Name = "Model second" });
        await Expect(second).ToContainTextAsync("12 replicas", new() { Timeout = Patience });
        await Expect(second).ToContainTextAsync("cpu:11");
        using HttpResponseMessage answer = await AskAsync(host, "second", 5);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        await second.GetByRole(AriaRole.Button, new() { Name = "Unload second" }).ClickAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Unload it" }).ClickAsync();
        await Expect(second).ToHaveCountAsync(0, new() { Timeout = Patience });
        using HttpResponseMessage gone = await AskAsync(host, "second", 5);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Unload_WhileRequestsRun_ShowsWhenTheyEndAndCanBeCalledOff()
    {
        console.RequireBrowser();
        await using HostProcess host = await HostProcess.StartAsync("--model", Demo);
        await using BrowserPage page = await console.OpenAsync("/models", address: host.Client.BaseAddress);
        ILocator demo = page.Page.GetByRole(AriaRole.Region, new() { Name = "Model demo" });
        Task<HttpResponseMessage>[] running = [.. Enumerable.Range(0, 400).Select(_ => AskAsync(host, "demo", 900))];

        await demo.GetByRole(AriaRole.Button, new() { Name = "Unload demo" }).ClickAsync();
        await demo.GetByRole(AriaRole.Button, new() { Name = "Unload it" }).ClickAsync();
        await Expect(page.TestId("drain-words")).ToContainTextAsync(new Regex("the last ends within .* at the speed of now"), new() { Timeout = Patience });
        using HttpResponseMessage refused = await AskAsync(host, "demo", 5);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        await demo.GetByRole(AriaRole.Button, new() { Name = "Serve on" }).ClickAsync();
        await Expect(page.TestId("model-state")).ToHaveTextAsync("serves");
        await demo.GetByRole(AriaRole.Button, new() { Name = "Unload demo" }).ClickAsync();
        await demo.GetByRole(AriaRole.Button, new() { Name = "Unload it" }).ClickAsync();
        await demo.GetByRole(AriaRole.Button, new() { Name = "End demo now" }).ClickAsync();
        await demo.GetByRole(AriaRole.Button, new() { Name = "Cancel them" }).ClickAsync();
        await Expect(demo).ToHaveCountAsync(0, new() { Timeout = Patience });
        foreach (HttpResponseMessage answer in await Task.WhenAll(running))
        {
            answer.Dispose();
        }
        await Expect(page.Page.GetByText("No model serves.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Benchmark_OfAModelThatServes_IsShownToTheEndAndAudited()
    {
        console.RequireBrowser();
        await using HostProcess host = await HostProcess.StartAsync("--model", Demo);
        await using BrowserPage page = await console.OpenAsync("/models", address: host.Client.BaseAddress);
        ILocator demo = page.Page.GetByRole(AriaRole.Region, new() { Name = "Model demo" });

        await demo.GetByText("Benchmark", new() { Exact = true }).ClickAsync();
        await TypeAsync(page, "benchmark-requests", "200");
        await demo.GetByRole(AriaRole.Button, new() { Name = "Measure" }).ClickAsync();
        await Expect(demo.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await Expect(page.TestId("benchmark-words")).ToContainTextAsync("200 of 200 requests of 128 + 64 tokens, 4 at once", new() { Timeout = Patience });
        await Expect(page.TestId("benchmark-rate")).ToContainTextAsync("tokens/s");
        await page.GoToAsync("/models");
        await Expect(page.TestId("benchmark-words")).ToContainTextAsync("200 of 200");
        await page.GoToAsync("/audit");
        await Expect(page.Page.GetByText("model.benchmark").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Download_FromAHubOnThisMachine_AppearsAndLoads()
    {
        console.RequireBrowser();
        await using LocalHub hub = await LocalHub.StartAsync(Demo);
        hub.PieceBytes = 500_000;
        hub.Pause = TimeSpan.FromMilliseconds(100);
        await using HostProcess host = await HostProcess.StartAsync(new Dictionary<string, string> { ["HF_ENDPOINT"] = hub.Endpoint, ["HF_TOKEN"] = "hf_never_shown" }, "--model", Demo);
        await using BrowserPage page = await console.OpenAsync("/models", address: host.Client.BaseAddress);

        await TypeAsync(page, "repository", LocalHub.Repository);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Download", Exact = true }).ClickAsync();
        await Expect(page.TestId("download")).ToContainTextAsync("model.safetensors");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Stop downloading {LocalHub.Repository}" }).ClickAsync();
        await Expect(page.TestId("download")).ToContainTextAsync("what has arrived is kept");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = $"Go on downloading {LocalHub.Repository}" }).ClickAsync();
        await page.GoToAsync("/models");
        await page.TestId("download").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Estimate and load lab--small-model" }).ClickAsync(new() { Timeout = Patience });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Load", Exact = true }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Region, new() { Name = "Model lab--small-model" }).WaitForAsync(new() { Timeout = Patience });
        using HttpResponseMessage answer = await AskAsync(host, "lab--small-model", 5);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("hf_never_shown", await page.Page.ContentAsync());
        Assert.DoesNotContain("hf_never_shown", host.Output);
        Assert.Contains(hub.Requests, request => request is { Host: "cdn", Range.Length: > 0 });
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Page_WithAnEstimate_FitsItsWindow(int width)
    {
        await using BrowserPage page = await console.OpenAsync($"/models?folder={Uri.EscapeDataString(Demo)}&sequences=4", width);
        await page.TestId("verdict").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Region, new() { Name = "Folders" }).WaitForAsync();

        Assert.False(await page.ScrollsSidewaysAsync());
    }

    [Fact]
    public async Task Estimate_ByKeyboardAlone_CanBeReachedAndChanged()
    {
        await using BrowserPage page = await console.OpenAsync("/models");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Estimate and load demo" }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.TestId("load-context").FocusAsync();
        await page.Page.Keyboard.TypeAsync("256");
        await page.Page.Keyboard.PressAsync("Tab");

        await Expect(page.Page).ToHaveURLAsync(new Regex("context=256"));
        await Expect(page.TestId("fit-kv")).Not.ToBeEmptyAsync();
        await Expect(page.Page.GetByText(new Regex("sequences of 256 at once"))).ToBeVisibleAsync();
    }

    private static async Task TypeAsync(BrowserPage page, string field, string text)
    {
        await page.TestId(field).FillAsync(text);
        await page.TestId(field).PressAsync("Tab");
    }

    private static Task<HttpResponseMessage> AskAsync(HostProcess host, string model, int tokens) =>
        host.Client.PostAsJsonAsync("/v1/completions", new { model, prompt = "Once upon a time", max_tokens = tokens, ignore_eos = true });
}
