using Bunit;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Tests.Shared.Nvml;
using TokenFactory.Web.Components.Pages;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Pages;

public sealed class FloorTests : ConsoleContext
{
    [Fact]
    public void Render_NoModel_SaysWhatToDo() => Assert.Contains("--model FOLDER", Render<Floor>().Find(".no-model").TextContent);

    [Fact]
    public void Render_LoadFailed_ShowsTheReason()
    {
        Loads.Begin("broken").Fail("model.safetensors: the file is truncated");

        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.Contains("the file is truncated", floor.Find("[role=alert]").TextContent);
        Assert.Empty(floor.FindAll(".no-model"));
    }

    [Fact]
    public void Loading_StageChanges_ShowsStageAndShare()
    {
        IRenderedComponent<Floor> floor = Render<Floor>();
        ModelLoadTicket ticket = Loads.Begin("big");

        ticket.Report("Reading weights", 0.42);

        floor.WaitForAssertion(() => Assert.Equal("big is being loaded: reading weights, 42 %", floor.Find(".load p").TextContent), Patience);
    }

    [Fact]
    public void ModelServes_AfterRequests_ShowsTheTenantsTokens()
    {
        HashModel model = AddModel();
        IRenderedComponent<Floor> floor = Render<Floor>();

        model.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "tenant-a", Prompt = [1, 2, 3], MaxNewTokens = 37 }, out _);

        floor.WaitForAssertion(
            () => Assert.Equal(["tenant-a", "interactive", "37", "3"], floor.FindAll(".totals td").Take(4).Select(cell => cell.TextContent)), Patience);
    }

    [Fact]
    public void Pause_WhileRequestsRun_HoldsTheFiguresUntilResume()
    {
        HashModel model = AddModel();
        IRenderedComponent<Floor> floor = Render<Floor>();
        floor.Act(it => it.Find("button.pause").Click());

        model.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = 8 }, out _);
        Assert.True(SpinWait.SpinUntil(() => model.Engine.Accounts.All.Any(account => account.FinishedRequests == 1), Patience));

        Assert.Empty(floor.FindAll(".totals"));
        Assert.Contains("Paused at", floor.Markup);
        floor.Act(it => it.Find("button.pause").Click());
        floor.WaitForAssertion(() => Assert.Single(floor.FindAll(".totals")), Patience);
    }

    [Fact]
    public void Render_NoDriver_SaysSoAndShowsNoDevices()
    {
        Services.GetRequiredService<MachineMonitor>().Sample();

        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.Equal("No NVIDIA driver: /nonexistent/libnvidia-ml.so.1 was not found.", floor.Find("[data-testid=gpu-driver]").TextContent);
        Assert.Empty(floor.FindAll(".devices-head, .device, .attention"));
    }

    [Fact]
    public void Render_OneIdleGpu_ShowsItInFullWithoutAList()
    {
        using FakeNvml fake = UseGpus("devices 1\ntick 5");

        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.Equal("5 %", floor.Find("[data-testid=gpu-utilization]").TextContent);
        Assert.Contains("No model is loaded on it.", floor.Find(".device").TextContent);
        Assert.Empty(floor.FindAll(".devices-head"));
    }

    [Fact]
    public void Render_SixtyFourGpus_AreATableUntilCardsAreAskedFor()
    {
        using FakeNvml fake = UseGpus("devices 64");
        IRenderedComponent<Floor> floor = Render<Floor>();
        Assert.Equal("65", floor.Find("table[aria-rowcount]").GetAttribute("aria-rowcount"));

        floor.Act(it => it.FindAll(".devices-head button")[0].Click());

        Assert.Equal(12, floor.FindAll(".card").Count);
        Assert.EndsWith("/?view=cards", Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri);
    }

    [Fact]
    public void Select_ADevice_ShowsItInFullAndKeepsItInTheAddress()
    {
        using FakeNvml fake = UseGpus("devices 4");
        IRenderedComponent<Floor> floor = Render<Floor>();

        floor.Act(it => it.FindAll(".card .name")[2].Click());

        Assert.Equal("cuda:2", floor.Find(".device h2").TextContent);
        Assert.Equal("cuda:2", floor.Find(".card.chosen .name").TextContent);
        Assert.EndsWith("/?device=cuda%3A2", Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().Uri);
    }

    [Fact]
    public void Render_AGpuIsLostAndOneThrottled_BothNeedAttentionTheLostOneFirst()
    {
        using FakeNvml fake = UseGpus("devices 3\nreasons 0 40\nlost 2");

        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.Equal(
            ["cuda:2: The GPU is lost: it has fallen off the bus. Restart the machine. Device", "cuda:0: Throttled: too hot: the hardware slows it down. Device"],
            floor.FindAll(".attention li").Select(item => item.TextContent));
        Assert.Equal("?device=cuda%3A2", floor.Find(".attention a").GetAttribute("href"));
        Assert.Equal(["throttled", "no model", "lost"], floor.FindAll(".card .state").Select(state => state.TextContent));
    }

    [Fact]
    public async Task PolicyChanged_Charts_MarkIt()
    {
        HashModel model = AddModel();
        await model.Engine.ChangePolicyAsync(model.Engine.Policy.Policy with { MaxRunning = 3 }, "alex", "calmer");

        IRenderedComponent<Floor> floor = Render<Floor>();

        Assert.EndsWith(" UTC: batch policy 2 by alex · calmer", floor.Find(".mark").GetAttribute("data-source"));
    }

    [Fact]
    public void Render_LedgerAnswered_ShowsTodaysTotals() =>
        AssertTotals(Render<Floor>());

    [Fact]
    public void Dispose_AfterWatching_LeavesNoSubscription()
    {
        IRenderedComponent<Floor> floor = Render<Floor>();
        floor.Instance.Dispose();
        int renders = floor.RenderCount;

        Loads.Begin("late");

        Assert.Equal(renders, floor.RenderCount);
    }

    private static void AssertTotals(IRenderedComponent<Floor> floor) =>
        floor.WaitForAssertion(() => Assert.Equal("0", floor.Find("[data-testid=used-today]").TextContent), Patience);

    /// <summary>Puts GPUs into the machine, sampled once.</summary>
    private FakeNvml UseGpus(string orders)
    {
        FakeNvml fake = FakeNvml.Compile(orders);
        Gpus = new GpuSampler(fake.LibraryPath);
        Services.GetRequiredService<MachineMonitor>().Sample();
        return fake;
    }
}
