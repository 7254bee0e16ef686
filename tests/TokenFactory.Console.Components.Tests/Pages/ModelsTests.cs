using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tests.Shared;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Tests.Setup;
using Xunit;
using ModelsPage = TokenFactory.Web.Components.Pages.Models;

namespace TokenFactory.Web.Tests.Pages;

public sealed class ModelsTests : ConsoleContext
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    [Fact]
    public void Page_WithNothing_SaysWhatToDoAndListsTheFolders()
    {
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();

        Assert.Contains("No model serves.", page.Markup, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("Estimate and load demo", page.Markup, StringComparison.Ordinal), Patience);
        Assert.Contains("4.6 M", page.Find("section[aria-label=Folders]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_Chosen_IsEstimatedLoadedAndAudited()
    {
        IRenderedComponent<ModelsPage> page = At($"models?folder={Uri.EscapeDataString(Demo)}&name=mine&kv=16&threads=1");
        Assert.Contains("Fits", page.Find("[data-testid=verdict]").TextContent, StringComparison.Ordinal);
        Assert.Equal("17.5 MiB", page.Find("[data-testid=fit-weights]").TextContent);

        page.Act(live => live.Find("form[aria-label='Load demo']").Submit());

        page.WaitForAssertion(() => Assert.NotNull(page.Find("section[aria-label='Model mine']")), TimeSpan.FromSeconds(60));
        Assert.Empty(page.FindAll("[data-testid=verdict]"));
        Assert.Equal(("model.load", "mine", "admin"), ReadAudit().Select(entry => (entry.Action, entry.Subject, entry.Actor)).First());
    }

    [Fact]
    public void Estimate_Typed_FollowsAndStandsInTheAddress()
    {
        IRenderedComponent<ModelsPage> page = At($"models?folder={Uri.EscapeDataString(Demo)}");

        page.Act(live => live.Find("[data-testid=load-precision]").Change("int4"));

        page.WaitForAssertion(() => Assert.Contains("Weights in int4", page.Markup, StringComparison.Ordinal), Patience);
        Assert.EndsWith("&precision=int4", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        page.Act(live => live.Find("[data-testid=load-sequences]").Change("none"));
        page.WaitForAssertion(() => Assert.Contains("A whole number from 1 to 1,024.", page.Markup, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public void Estimate_DoesNotFit_OffersRemediesAndLoadsOnlyWhenToldTo()
    {
        IRenderedComponent<ModelsPage> page = At($"models?folder={Uri.EscapeDataString(Demo)}&kv=60000000");

        Assert.Contains("Does not fit", page.Find("[data-testid=verdict]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("[data-testid=remedies] li"));
        Assert.True(page.Find("form[aria-label='Load demo'] button[type=submit]").HasAttribute("disabled"));
        page.Act(live => live.Find("[data-testid=anyway]").Change(true));
        Assert.False(page.Find("form[aria-label='Load demo'] button[type=submit]").HasAttribute("disabled"));
    }

    [Fact]
    public void Folder_ThatHoldsNoModel_SaysWhy()
    {
        IRenderedComponent<ModelsPage> page = At($"models?folder={Uri.EscapeDataString(Data.FullName)}");

        Assert.Contains("config.json", page.Find("[data-testid=cannot-load]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnderWayAndFailed_ShowsStepsAndReason()
    {
        ModelLoadTicket ticket = Loads.Begin("coming", "/models/coming");
        ticket.Report("Quantising weights", 0.5, 0.4, [new LoadStep("Read", LoadStepState.Done, default, TimeSpan.FromSeconds(2)), new LoadStep("Quantise", LoadStepState.UnderWay, DateTimeOffset.UtcNow)]);
        ModelLoadTicket other = Loads.Begin("broken");
        other.Fail("config.json is missing.");

        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();

        Assert.Equal("40", page.Find("section[aria-label='Load of coming'] [role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains("quantising weights, 50 %", page.Find("section[aria-label='Load of coming']").TextContent, StringComparison.Ordinal);
        Assert.Contains("Read2.0 s", page.Find(".steps").TextContent, StringComparison.Ordinal);
        Assert.Contains("config.json is missing.", page.Find("section[aria-label='Load of broken'] [role=alert]").TextContent, StringComparison.Ordinal);
        page.Act(live => live.Find("[aria-label='Put the failure of broken away']").Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("section[aria-label='Load of broken']")), Patience);
    }

    [Fact]
    public async Task Unload_WhileARequestRuns_ShowsWhenItEndsIsCalledOffAndEnded()
    {
        HashModel model = AddModel();
        model.Executor.StepTime = TimeSpan.FromMilliseconds(20);
        Assert.Null(model.Engine.TrySubmit(new GenerationRequest { Id = "long", Tenant = "lab", Prompt = [1, 2, 3], MaxNewTokens = 450 }, out Generation? running));
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();

        Press(page, "Unload hash");
        Confirm(page, "Unload it");
        page.WaitForAssertion(() => Assert.Matches("the last ends within .+ at the speed of now", page.Find("[data-testid=drain-words]").TextContent), Patience);
        Assert.Contains("lab", page.Find("[aria-label='Unload of hash'] tbody").TextContent, StringComparison.Ordinal);
        Confirm(page, "Serve on");
        page.WaitForAssertion(() => Assert.Equal("serves", page.Find("[data-testid=model-state]").TextContent), Patience);
        Press(page, "Unload hash");
        Confirm(page, "Unload it");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[aria-label='End hash now']")), Patience);
        Press(page, "End hash now");
        Confirm(page, "Cancel them");

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("section[aria-label='Model hash']")), Patience);
        Assert.Equal(Engine.Sequences.FinishReason.Cancelled, running!.Outcome!.Reason);
        page.WaitForAssertion(() => Assert.Equal(
            ["model.unload.end", "model.unload", "model.unload.resume", "model.unload"], ReadAudit().Select(entry => entry.Action)), Patience);
        await Task.CompletedTask;
    }

    [Fact]
    public void Benchmark_OfAModelThatServes_ShowsItsFiguresAndIsAudited()
    {
        HashModel model = AddModel();
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();

        Type(page, "requests", "6");
        Type(page, "concurrency", "2");
        Type(page, "prompt", "20");
        Type(page, "output", "5");
        page.Act(live => live.Find("form[aria-label='Benchmark hash']").Submit());

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-testid=benchmark-rate]")), Patience);
        Assert.StartsWith("6 of 6 requests of 20 + 5 tokens, 2 at once", page.Find("[data-testid=benchmark-words]").TextContent, StringComparison.Ordinal);
        Assert.Contains("First token", page.Find("[aria-label='Benchmark of hash'] table").TextContent, StringComparison.Ordinal);
        TokenAccount account = Assert.Single(model.Engine.Accounts.All);
        Assert.Equal((Engine.Sequences.Lane.Batch, 30L), (account.Lane, account.GeneratedTokens));
        page.WaitForAssertion(() => Assert.Equal(("model.benchmark", "hash", "admin"), ReadAudit().Select(entry => (entry.Action, entry.Subject, entry.Actor)).First()), Patience);
        page.Act(live => live.Find("[aria-label='Put away the benchmark of hash']").Click());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-label='Benchmark of hash']")), Patience);
    }

    [Fact]
    public void Benchmark_UnderWay_ShowsHowFarItIsAndIsCalledOff()
    {
        HashModel model = AddModel();
        using ManualResetEventSlim gate = new();
        int steps = 0;
        model.Executor.BeforeStep = _ =>
        {
            if (++steps > 12)
            {
                gate.Wait(Patience);
            }
        };
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();
        Type(page, "concurrency", "1");
        Type(page, "output", "4");

        page.Act(live => live.Find("form[aria-label='Benchmark hash']").Submit());
        page.WaitForAssertion(() => Assert.Equal("2", page.Find("[aria-label='Benchmark of hash'] [role=progressbar]").GetAttribute("aria-valuenow")), Patience);
        Press(page, "Cancel the benchmark of hash");
        gate.Set();

        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-label='Benchmark of hash']")), Patience);
        page.WaitForAssertion(() => Assert.Equal(["model.benchmark.cancel", "model.benchmark"], ReadAudit().Select(entry => entry.Action)), Patience);
        page.WaitForAssertion(() => Assert.Equal(0, model.Served.TotalRunning), Patience);
    }

    [Fact]
    public void Benchmark_OfWhatTheContextDoesNotHold_IsRefusedAtItsField()
    {
        HashModel model = AddModel();
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();

        Type(page, "prompt", "500");
        Type(page, "output", "many");
        page.Act(live => live.Find("form[aria-label='Benchmark hash']").Submit());

        Assert.Contains("A whole number from 1 to 511.", page.Find("form[aria-label='Benchmark hash']").TextContent, StringComparison.Ordinal);
        Type(page, "output", "64");
        page.Act(live => live.Find("form[aria-label='Benchmark hash']").Submit());
        Assert.Contains("A whole number from 1 to 448.", page.Find("form[aria-label='Benchmark hash']").TextContent, StringComparison.Ordinal);
        Assert.Empty(model.Engine.Accounts.All);
    }

    [Fact]
    public async Task Viewer_SeesEverythingAndMayDoNothing()
    {
        AddModel();
        Loads.Begin("coming");
        await SignInAsync(ConsoleRole.Viewer);

        IRenderedComponent<ModelsPage> page = At($"models?folder={Uri.EscapeDataString(Demo)}");

        Assert.NotNull(page.Find("[data-testid=verdict]"));
        Assert.Empty(page.FindAll("form[aria-label='Load demo'] button, section[aria-label=Download], [aria-label^=Unload], [aria-label^=Cancel]"));
        ModelOperations operations = Services.GetRequiredService<ModelOperations>();
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.LoadAsync(new ModelOptions { Path = Demo }, evenIfTooLarge: true));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.UnloadAsync("hash"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.EndNowAsync("hash"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.ResumeAsync("hash"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.CancelLoadAsync(Loads.Loads[0].Id));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.DownloadAsync("a/b", "main"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.CancelDownloadAsync("a/b"));
        Assert.Empty(page.FindAll("form[aria-label='Benchmark hash']"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.BenchmarkAsync("hash", new BenchmarkPlan(1, 1, 1, 1)));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.CancelBenchmarkAsync("hash"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => operations.DismissBenchmarkAsync("hash"));
        Assert.Single(Catalog.Models);
        Assert.Empty(ReadAudit());
    }

    [Fact]
    public void Download_OfNoName_SaysWhatOneIs()
    {
        IRenderedComponent<ModelsPage> page = Render<ModelsPage>();
        page.Act(live => live.Find("[data-testid=repository]").Change("nonsense"));
        page.Act(live => live.Find("form[aria-label='Download a model']").Submit());

        page.WaitForAssertion(() => Assert.Contains("owner/name", page.Find("section[aria-label=Download] [role=alert]").TextContent, StringComparison.Ordinal), Patience);
    }

    private IRenderedComponent<ModelsPage> At(string address)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Render<ModelsPage>();
    }

    private static void Type(IRenderedComponent<ModelsPage> page, string field, string text) =>
        page.Act(live => live.Find($"[data-testid=benchmark-{field}]").Change(text));

    private static void Press(IRenderedComponent<ModelsPage> page, string label) =>
        page.WaitForAssertion(() => page.Act(live => live.Find($"[aria-label='{label}']").Click()), Patience);

    private static void Confirm(IRenderedComponent<ModelsPage> page, string text) =>
        page.WaitForAssertion(() => page.Act(live => live.FindAll("section button").First(one => one.TextContent.Trim() == text).Click()), Patience);
}
