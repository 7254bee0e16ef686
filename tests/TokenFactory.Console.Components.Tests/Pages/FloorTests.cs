using Bunit;
using TokenFactory.Engine.Loop;
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

        model.Served.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "tenant-a", Prompt = [1, 2, 3], MaxNewTokens = 37 }, out _);

        floor.WaitForAssertion(
            () => Assert.Equal(["tenant-a", "interactive", "37", "3"], floor.FindAll(".totals td").Take(4).Select(cell => cell.TextContent)), Patience);
    }

    [Fact]
    public void Pause_WhileRequestsRun_HoldsTheFiguresUntilResume()
    {
        HashModel model = AddModel();
        IRenderedComponent<Floor> floor = Render<Floor>();
        floor.Act(it => it.Find("button.pause").Click());

        model.Served.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = 8 }, out _);
        Assert.True(SpinWait.SpinUntil(() => model.Served.Engine.Accounts.All.Any(account => account.FinishedRequests == 1), Patience));

        Assert.Empty(floor.FindAll(".totals"));
        Assert.Contains("Paused at", floor.Markup);
        floor.Act(it => it.Find("button.pause").Click());
        floor.WaitForAssertion(() => Assert.Single(floor.FindAll(".totals")), Patience);
    }

    [Fact]
    public void Dispose_AfterWatching_LeavesNoSubscription()
    {
        IRenderedComponent<Floor> floor = Render<Floor>();
        floor.Instance.Dispose();
        int renders = floor.RenderCount;

        Loads.Begin("late");

        Assert.Equal(renders, floor.RenderCount);
    }
}
