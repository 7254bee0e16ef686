using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Serving.Unloads;
using Xunit;

namespace TokenFactory.Web.Tests.Serving;

public sealed class DrainForecastTests
{
    [Fact]
    public void Of_RunningOnes_EndWhenTheirTokensAreThrough()
    {
        IReadOnlyList<DrainingRequest> forecast = DrainForecast.Of(Engine(8, Request("a", SequenceState.Running, 20, 120), Request("b", SequenceState.Running, 0, 50)), 10);

        Assert.Equal([("b", 5.0), ("a", 10.0)], forecast.Select(left => (left.Request.Id, left.FinishesIn!.Value.TotalSeconds)));
    }

    [Fact]
    public void Of_WaitingOnes_BeginAsRowsFallFree()
    {
        IReadOnlyList<DrainingRequest> forecast = DrainForecast.Of(
            Engine(1, Request("a1", SequenceState.Running, 0, 100), Request("b2", SequenceState.Waiting, 0, 50), Request("c3", SequenceState.Waiting, 0, 10)), 10);

        Assert.Equal([("a1", 10.0), ("b2", 15.0), ("c3", 16.0)], forecast.Select(left => (left.Request.Id, left.FinishesIn!.Value.TotalSeconds)));
    }

    [Fact]
    public void Of_WaitingOnesWithRowsFree_BeginAtOnce() =>
        Assert.Equal(1, DrainForecast.Of(Engine(4, Request("a", SequenceState.Waiting, 0, 10)), 10)[0].FinishesIn!.Value.TotalSeconds);

    [Fact]
    public void Of_HeldOrUnmeasured_HasNoEnd()
    {
        Assert.Null(DrainForecast.Of(Engine(4, Request("a", SequenceState.Held, 0, 10)), 10)[0].FinishesIn);
        Assert.Null(DrainForecast.Of(Engine(4, Request("a", SequenceState.Running, 0, 10)), null)[0].FinishesIn);
    }

    [Fact]
    public void TokensPerSecondEach_SecondsWithWork_AreWhatCounts()
    {
        Assert.Equal(30, DrainForecast.TokensPerSecondEach([new(1, 0, 0, 0, 0, 0, 0), new(2, 0, 0, 80, 20, 80, 900), new(3, 0, 0, 160, 40, 160, 900)]));
        Assert.Null(DrainForecast.TokensPerSecondEach([new RateSample(1, 0, 0, 0, 0, 0, 0)]));
    }

    private static EngineSnapshot Engine(int maxRunning, params RequestSnapshot[] requests)
    {
        BatchPolicy policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = maxRunning };
        return new EngineSnapshot(requests, [], WaitReason.None, 0, 0, 0, 0, new PolicyVersion(1, policy, "t", DateTimeOffset.UnixEpoch, ""), Draining: true);
    }

    private static RequestSnapshot Request(string id, SequenceState state, int generated, int most) =>
        new(id, "t", Lane.Interactive, state, id[0], 3, 3, generated, most, TimeSpan.Zero, null, null, [], false);
}
