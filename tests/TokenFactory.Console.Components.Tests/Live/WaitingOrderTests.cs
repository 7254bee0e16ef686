using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Live.Queue;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

/// <summary>The order that the queue shows is the order in which the scheduler starts.</summary>
public sealed class WaitingOrderTests
{
    private static readonly BatchPolicy Policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { AgingTokensPerSecond = 0 };

    [Fact]
    public void Of_OneTenant_IsAsTheEngineHasThem() => Assert.Equal([3, 1, 2], Order([Waiting(3), Waiting(1), Waiting(2)]));

    [Fact]
    public void Of_TwoTenants_TakesTurnsFromTheLeastServed() => Assert.Equal(
        [3, 1, 4, 2],
        Order(
            [Waiting(1, "a"), Waiting(2, "a"), Waiting(3, "b"), Waiting(4, "b")],
            new ShareSnapshot(Lane.Interactive, "a", 1, 5, 0, 0, 2),
            new ShareSnapshot(Lane.Interactive, "b", 1, 0, 0, 0, 2)));

    [Fact]
    public void Of_ALaneOfMoreWeight_StartsMore()
    {
        IReadOnlyList<long> order = Order(
            [.. Enumerable.Range(1, 9).Select(i => Waiting(i)), .. Enumerable.Range(11, 2).Select(i => Waiting(i, lane: Lane.Batch))],
            new ShareSnapshot(Lane.Interactive, "a", 1, 0, 0, 0, 9),
            new ShareSnapshot(Lane.Batch, "a", 1, 0, 0, 0, 2));

        // Interactive has eight times the weight of batch: between the two of batch stand eight of interactive.
        Assert.Equal(8, order.SkipWhile(id => id != 11).Skip(1).TakeWhile(id => id != 12).Count());
    }

    [Fact]
    public void Rows_OfAnEngine_SayWhatEachWaitsFor()
    {
        EngineSnapshot engine = Engine([Waiting(1), Waiting(2), Waiting(3, lane: Lane.Batch), Waiting(4) with { State = SequenceState.Held }]) with
        {
            WaitReason = WaitReason.RunningLimit,
            StartsPerSecond = 2,
        };

        QueueRow[] rows = [.. QueueRow.Of("m", "test:0", engine)];

        Assert.Contains("policy allows", rows[0].Why);
        Assert.Contains(rows, row => row.Why == "Another lane goes first");
        Assert.Contains(rows, row => row.Why.EndsWith("ahead of it", StringComparison.Ordinal));
        Assert.Equal("An operator holds it", rows[^1].Why);
        Assert.Equal([0.5, 1, 1.5], rows[..3].Select(row => row.ExpectedStart!.Value.TotalSeconds));
        Assert.Null(rows[^1].Position);
    }

    private static IReadOnlyList<long> Order(RequestSnapshot[] requests, params ShareSnapshot[] shares) =>
        [.. WaitingOrder.Of(Engine(requests, shares)).Select(request => request.Arrival)];

    private static EngineSnapshot Engine(RequestSnapshot[] requests, params ShareSnapshot[] shares) =>
        new(requests, shares, WaitReason.None, 0, 0, 0, 0, new PolicyVersion(1, Policy, "test", DateTimeOffset.UnixEpoch, ""), false);

    private static RequestSnapshot Waiting(long arrival, string tenant = "a", Lane lane = Lane.Interactive) => new(
        $"r{arrival}", tenant, lane, SequenceState.Waiting, arrival, 10, 0, 0, 100, TimeSpan.FromSeconds(1), null, null, [], false);
}
