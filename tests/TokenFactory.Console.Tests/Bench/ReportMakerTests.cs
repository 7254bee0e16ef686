using TokenFactory.Engine.Loop;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

/// <summary>Figures of timings that were made by hand.</summary>
public sealed class ReportMakerTests
{
    private static readonly LatencyTargets Targets = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(10));

    /// <summary>Of four requests the second has its first token too late, the third its others; the fourth's slow gap is made up for.</summary>
    [Fact]
    public void Goodput_OfFourRequests_CountsThoseWithinBothTargets()
    {
        HandMadeRun made = new HandMadeRun()
            .Answered(0, 0, 100, 110, 120)
            .Answered(0, 0, 101, 102, 103)
            .Answered(0, 0, 50, 60, 71)
            .Answered(0, 0, 50, 69, 70);

        GoodputFigures goodput = Make(made, made.Run(2000, requests: 4)).Goodput;

        Assert.Equal(new GoodputFigures(100, 10, 2, 0.5, 1, 3), goodput);
    }

    [Fact]
    public void Goodput_WithFailedAndUnsent_IsAShareOfAllThatThereWere()
    {
        HandMadeRun made = new HandMadeRun().Answered(0, 0, 10, 20).Failed(5, "No.");

        BenchReport report = Make(made, made.Run(1000, requests: 4));

        Assert.Equal(0.25, report.Goodput.Share);
        Assert.Equal((1, 1, 2), (report.Requests.Answered, report.Requests.Failed, report.Requests.NotSent));
    }

    [Fact]
    public void Latency_OfAnsweredRequests_IsMeasuredFromTheirSending()
    {
        HandMadeRun made = new HandMadeRun().Answered(0, 5, 15, 25, 45).Answered(10, 10, 40, 42, 44).Failed(0, "No.");

        LatencyFigures latency = Make(made, made.Run(1000, requests: 3)).Latency;

        Assert.Equal(new Distribution(20, 30, 30, 30, 30), latency.FirstToken);
        Assert.Equal(new Distribution(8.5, 10, 20, 20, 20), latency.BetweenTokens);
        Assert.Equal(new Distribution(8.5, 15, 15, 15, 15), latency.PerOutputToken);
        Assert.Equal(new Distribution(37, 40, 40, 40, 40), latency.Whole);
        Assert.Equal(5, latency.SentLate!.Most);
    }

    [Fact]
    public void Latency_OfRequestsThatWaitForEachOther_IsNeverLate()
    {
        HandMadeRun made = new HandMadeRun().Answered(0, 5, 15);

        Assert.Null(Make(made, made.Run(1000, requests: 1, concurrency: 1)).Latency.SentLate);
    }

    [Fact]
    public void Tokens_OfAnsweredRequests_AreCountedOverTheWholeRun()
    {
        HandMadeRun made = new HandMadeRun().Answered(0, 0, 1, 2, 3).Answered(0, 0, 1).Failed(0, "No.");

        TokenFigures tokens = Make(made, made.Run(500, requests: 3)).Tokens;

        Assert.Equal(new TokenFigures(20, 8, 4, 40, 8, 4), tokens);
    }

    [Fact]
    public void Failures_OfSeveralReasons_AreCountedByReasonCommonestFirst()
    {
        HandMadeRun made = new HandMadeRun().Failed(0, "Seldom.").Failed(0, "Often.").Failed(0, "Often.");

        BenchReport report = Make(made, made.Run(1000, requests: 3));

        Assert.Equal([new FailureCount("Often.", 2), new FailureCount("Seldom.", 1)], report.Requests.Failures);
        Assert.Null(report.Latency.FirstToken);
        Assert.Equal(3, made.Counts.Failed);
    }

    [Fact]
    public void Engine_OfTwoReplicas_SharesTimeAndPlaces()
    {
        StepTotals steps = default;
        steps.Add(new StepReport(null!, 0, 4, 4, TimeSpan.FromSeconds(1), null), 1);
        HandMadeRun made = new HandMadeRun().Answered(0, 0, 1);

        EngineFigures engine = Make(made, made.Run(2000, requests: 1), new EngineUse(steps, default, 5, 20, null) { KvBlocks = 100, Places = 16, Replicas = 2, Preemptions = 3 }).Engine!;

        Assert.Equal(new EngineFigures(1, 4, 0.5, 0.25, 0.05, 0.2, 3), engine);
    }

    private static BenchReport Make(HandMadeRun made, BenchRun run, EngineUse? use = null) =>
        new ReportMaker(run, made).Make(new TargetFacts("engine", "model", 100), Targets, use, 0, 1, []);
}
