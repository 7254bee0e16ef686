using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using Xunit;

namespace TokenFactory.Engine.Tests.Scheduling;

/// <summary>Three tenants of weights 1, 1 and 2, of which one sends ten times its share.</summary>
public sealed class FloodTests(ITestOutputHelper output)
{
    private const double Seconds = 90;
    private const double Flood = 10;
    private const double ShareUsed = 0.7;

    private static readonly double[] Weights = [1, 1, 2];

    private static readonly Lazy<double> Capacity = new(MeasureCapacity);

    private static readonly ExecutorLimits Limits = new()
    {
        BlockSize = 16,
        BlockCount = 8192,
        MaxSequences = 32,
        MaxStepTokens = 512,
        MaxChunks = 32,
        MaxContext = 2048,
        VocabularySize = 32000,
    };

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Schedule_OneTenantFloods_OthersHaveTheirFirstTokensAsSoon(int flooding)
    {
        TenantSimulation quiet = Simulate(flooding: -1);
        TenantSimulation flooded = Simulate(flooding);

        foreach (int other in Enumerable.Range(0, Weights.Length).Where(tenant => tenant != flooding))
        {
            double before = Percentile95(quiet.FirstTokens(Name(other)));
            double after = Percentile95(flooded.FirstTokens(Name(other)));
            output.WriteLine(FormattableString.Invariant(
                $"{Name(other)}: {quiet.FirstTokens(Name(other)).Count} requests, p95 {before * 1000:F1} ms, beside the flood {after * 1000:F1} ms ({after / before:F2})"));
            Assert.InRange(quiet.FirstTokens(Name(other)).Count, 300, int.MaxValue);
            Assert.Equal(quiet.FirstTokens(Name(other)).Count, flooded.FirstTokens(Name(other)).Count);
            Assert.InRange(after / before, 0, 1.3);
        }
        output.WriteLine($"capacity {Capacity.Value:F0} tokens/s; preemptions {quiet.Preemptions}, beside the flood {flooded.Preemptions}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Schedule_AllBackloggedOneFloods_ServesByWeight(int flooding)
    {
        TenantSimulation simulation = Overload(flooding);
        double[] shares = [.. Weights.Select((weight, tenant) => simulation.Served(Name(tenant)) / weight)];

        output.WriteLine(FormattableString.Invariant($"Jain {Fairness.Jain(shares):F4}: {string.Join(", ", shares)}"));
        Assert.InRange(Fairness.Jain(shares), 0.98, 1);
    }

    [Fact]
    public void Schedule_TenantReturnsBesideABacklogThatHasAged_IsNotBehindIt()
    {
        SchedulerBench bench = new(Limits, BatchPolicy.For(Limits) with { MaxRunning = 4 });
        for (int i = 0; i < 100; i++)
        {
            bench.Add(20, maxNewTokens: 50, tenant: "flood");
        }
        bench.Run();
        // In this time the backlog earns a credit of 50,000 tokens, ten times what all of it is served.
        bench.Now += 1000 * SchedulerBench.TicksPerSecond;
        bench.Run();

        Sequence returned = bench.Add(20, maxNewTokens: 5, tenant: "modest");
        bench.Run();

        Assert.Equal(SequenceState.Running, returned.State);
    }

    private static string Name(int tenant) => $"tenant {tenant}";

    /// <summary>Tokens a second with more work than rows, whosever it is.</summary>
    private static double MeasureCapacity()
    {
        TenantSimulation simulation = new(Limits, BatchPolicy.For(Limits));
        simulation.Run([new TenantLoad("all", 1, 100)], arriveFor: 15, countFrom: 5, until: 15);
        return simulation.Served("all") / 10.0;
    }

    /// <summary>Every tenant within its share, but for one that may flood.</summary>
    private static TenantSimulation Simulate(int flooding)
    {
        TenantSimulation simulation = new(Limits, BatchPolicy.For(Limits));
        simulation.Run(Loads(tenant => tenant == flooding ? Flood : ShareUsed), Seconds, countFrom: 0, until: Seconds + 5);
        return simulation;
    }

    /// <summary>Twice its share from every tenant, ten times from one. What is served counts once all of them have a backlog.</summary>
    private static TenantSimulation Overload(int flooding)
    {
        TenantSimulation simulation = new(Limits, BatchPolicy.For(Limits));
        simulation.Run(Loads(tenant => tenant == flooding ? Flood : 2), arriveFor: 20, countFrom: 5, until: 20);
        return simulation;
    }

    /// <summary>Each tenant's requests, where <paramref name="shares"/> says how many times its share they come to.</summary>
    private static TenantLoad[] Loads(Func<int, double> shares) =>
        [.. Weights.Select((weight, tenant) => new TenantLoad(Name(tenant), weight, shares(tenant) * Capacity.Value * weight / Weights.Sum() / TenantLoad.MeanTokens))];

    private static double Percentile95(IReadOnlyList<double> values) => values.Order().ElementAt((int)(values.Count * 0.95));
}
