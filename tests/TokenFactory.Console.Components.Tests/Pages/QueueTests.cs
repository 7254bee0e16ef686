using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Engine.Loop;
using TokenFactory.Web.Components.Pages;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Pages;

public sealed class QueueTests : ConsoleContext
{
    [Fact]
    public void Page_WithNothing_SaysSo()
    {
        IRenderedComponent<Queue> page = Render<Queue>();

        Assert.Contains("Nothing runs and nothing waits.", page.Markup);
        Assert.Equal("0 running · 0 waiting · 0 held", Counts(page));
    }

    [Fact]
    public void Page_WhileRequestsWait_ShowsThemWithTheirReasons()
    {
        HashModel model = AddSlowModel();
        Submit(model, "tenant-a", 1);
        Submit(model, "tenant-b", 2);

        IRenderedComponent<Queue> page = Render<Queue>();

        page.WaitForAssertion(() => Assert.Equal("1 running · 2 waiting · 0 held", Counts(page)), Patience);
        page.WaitForAssertion(() => Assert.Contains("As many run as the policy allows (1)", page.Markup), Patience);
        Assert.Contains("1 ahead of it", page.Markup);
    }

    [Fact]
    public void Filter_ByTenant_ShowsOnlyItsRequestsAndStandsInTheAddress()
    {
        HashModel model = AddSlowModel();
        Submit(model, "tenant-a", 1);
        Submit(model, "tenant-b", 2);
        IRenderedComponent<Queue> page = Render<Queue>();
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("tbody .id").Count), Patience);

        page.Act(live => live.Find("select").Change("tenant-b"));

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody .id").Count), Patience);
        Assert.EndsWith("queue?tenant=tenant-b", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public void Request_HeldReleasedAndCancelled_ChangesInTheEngineAndInTheAudit()
    {
        HashModel model = AddSlowModel();
        Submit(model, "tenant-a", 1);
        Submit(model, "tenant-b", 1);
        IRenderedComponent<Queue> page = Render<Queue>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody .id").Count), Patience);

        page.Act(live => live.FindAll("tbody tr").First(row => row.TextContent.Contains("waiting", StringComparison.Ordinal)).QuerySelector(".id")!.Click());
        Press(page, "Hold");
        page.WaitForAssertion(() => Assert.Equal("1 running · 0 waiting · 1 held", Counts(page)), Patience);
        Press(page, "Release");
        page.WaitForAssertion(() => Assert.Equal("1 running · 1 waiting · 0 held", Counts(page)), Patience);
        Press(page, "Move to batch");
        page.WaitForAssertion(() => Assert.Contains("· batch ·", page.Find("section.request").TextContent), Patience);
        Press(page, "Cancel request");
        page.WaitForAssertion(() => Assert.Equal("1 running · 0 waiting · 0 held", Counts(page)), Patience);

        Assert.Equal(["request.cancel", "request.move", "request.release", "request.hold"], ReadAudit().Select(entry => entry.Action));
    }

    [Fact]
    public void Timeline_OfARunningRequest_TellsItsSteps()
    {
        HashModel model = AddSlowModel();
        Submit(model, "tenant-a", 1);
        IRenderedComponent<Queue> page = Render<Queue>();
        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody .id")), Patience);

        page.Act(live => live.Find("tbody .id").Click());

        page.WaitForAssertion(() => Assert.Contains("first token", page.Find(".timeline").TextContent), Patience);
        Assert.Contains("prefill begins", page.Find(".timeline").TextContent);
    }

    [Fact]
    public void Embedding_ThatWaits_IsCalledSoInItsRowAndItsPanel()
    {
        HashModel model = AddSlowModel();
        Submit(model, "tenant-a", 1);
        Assert.Null(model.Engine.TrySubmit(new GenerationRequest { Id = "vector", Tenant = "t", Prompt = [1, 2, 3], Embeds = true }, out _));
        IRenderedComponent<Queue> page = Render<Queue>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tbody .id").Count), Patience);

        page.Act(live => live.FindAll("tbody tr").First(row => row.TextContent.Contains("embedding", StringComparison.Ordinal)).QuerySelector(".id")!.Click());

        page.WaitForAssertion(() => Assert.EndsWith("computed · embedding", page.Find("section.request p").TextContent), Patience);
    }

    [Fact]
    public void Request_OnTheSecondReplica_IsFoundThereAndCancelled()
    {
        using HashModel model = new(moreDevices: ["test:1"]);
        Array.ForEach(model.Executors, executor => executor.StepTime = TimeSpan.FromMilliseconds(20));
        Catalog.Add(model.Served);
        Assert.Null(model.Served.Replicas[1].TrySubmit(
            new GenerationRequest { Id = "there", Tenant = "t", Prompt = [1, 2, 3], MaxNewTokens = 450 }, out Generation? there));
        IRenderedComponent<Queue> page = Render<Queue>();
        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody .id")), Patience);

        page.Act(live => live.Find("tbody .id").Click());
        page.WaitForAssertion(() => Assert.Contains("hash on test:1", page.Find("section.request").TextContent), Patience);
        Press(page, "Cancel request");

        page.WaitForAssertion(() => Assert.Equal(Engine.Sequences.FinishReason.Cancelled, there!.Outcome?.Reason), Patience);
    }

    private static string Counts(IRenderedComponent<Queue> page) => page.Find("[data-testid=queue-counts]").TextContent;

    private static void Press(IRenderedComponent<Queue> page, string button) =>
        page.WaitForAssertion(
            () => page.Act(live => live.FindAll("section.request button").First(one => one.TextContent.Trim() == button).Click()), Patience);

    private HashModel AddSlowModel()
    {
        HashModel model = AddModel(policy: policy => policy with { MaxRunning = 1 });
        model.Executor.StepTime = TimeSpan.FromMilliseconds(20);
        return model;
    }

    private static void Submit(HashModel model, string tenant, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Rejection? rejection = model.Engine.TrySubmit(
                new GenerationRequest { Id = $"{tenant}-{i}", Tenant = tenant, Prompt = [1, 2, 3], MaxNewTokens = 450 }, out _);
            Assert.Null(rejection);
        }
    }
}
