using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MudBlazor.Services;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry.Host;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Components.Pages;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Loading;
using Xunit;

namespace TokenFactory.Web.Tests;

public sealed class FloorTests : BunitContext, IAsyncLifetime
{
    private readonly ModelCatalog _catalog = new();
    private readonly ModelLoadBoard _loads = new(TimeProvider.System);

    public FloorTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Services.AddSingleton(_catalog);
        Services.AddSingleton(new FloorStore(
            _catalog, _loads, new HostSampler(), TimeProvider.System, Options.Create(new LiveOptions()), NullLogger<FloorStore>.Instance));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync() => await base.DisposeAsync();

    [Fact]
    public void Render_NoModel_SaysWhatToDo()
    {
        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.Contains("--model FOLDER", floor.Markup);
    }

    [Fact]
    public void Render_LoadFailed_ShowsTheReason()
    {
        _loads.Begin("broken").Fail("model.safetensors: the file is truncated");

        Assert.Contains("the file is truncated", Render<Floor>().Markup);
    }

    [Fact]
    public void ModelServes_AfterRequests_ShowsTheTenantsTokens()
    {
        ByteTokenizer tokenizer = new();
        using EngineLoop engine = new(new HashExecutor(), new EngineOptions { ModelName = "hash", CacheIdentity = "hash", Tokenizer = tokenizer });
        _catalog.Add(new ServedModel("hash", engine, tokenizer, null, SamplingParameters.Greedy, new ModelFacts("Hash", 0, "/", DateTimeOffset.UtcNow, TimeSpan.Zero)));
        IRenderedComponent<Floor> floor = Render<Floor>();

        engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "tenant-a", Prompt = [1, 2, 3], MaxNewTokens = 37 }, out _);

        floor.WaitForAssertion(
            () => Assert.Equal(["tenant-a", "Interactive", "37", "3"], floor.FindAll("td").Take(4).Select(cell => cell.TextContent)), TimeSpan.FromSeconds(10));
    }
}
