using TokenFactory.Web.Bench;
using TokenFactory.Web.Bench.Workloads;
using Xunit;

namespace TokenFactory.Web.Tests.Bench;

public sealed class WorkloadTests
{
    [Fact]
    public void Poisson_WithASeed_IsAlwaysTheSameAndInOrder()
    {
        IReadOnlyList<TimeSpan> times = Arrivals.Poisson(50, 1000, seed: 7);

        Assert.Equal(times, Arrivals.Poisson(50, 1000, seed: 7));
        Assert.NotEqual(times, Arrivals.Poisson(50, 1000, seed: 8));
        Assert.True(times.Zip(times.Skip(1)).All(pair => pair.First < pair.Second));
    }

    /// <summary>Gaps of a Poisson process have their mean for standard deviation: four deviations of the mean of so many are 2 %.</summary>
    [Fact]
    public void Poisson_ManyTimes_HaveTheRateAndTheSpreadOfExponentialGaps()
    {
        const int Count = 40_000;
        IReadOnlyList<TimeSpan> times = Arrivals.Poisson(50, Count, seed: 7);

        double[] gaps = [.. times.Zip(times.Prepend(TimeSpan.Zero), (one, before) => (one - before).TotalSeconds)];
        double mean = gaps.Average();

        Assert.InRange(mean * 50, 0.98, 1.02);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean, 0.95, 1.05);
    }

    [Fact]
    public void Fit_RequestsLongerThanTheContext_AreCutAndCounted()
    {
        Workload workload = new("", [new(10, 10), new(100, 10), new(5, 100), new(100, 100)], 1, []);

        Workload fitting = workload.Fit(50);

        Assert.Equal([new(10, 10), new(40, 10), new(1, 49), new(1, 49)], fitting.Requests);
        Assert.Equal(["3 of 4 requests were cut to the context of 50 tokens."], fitting.Notes);
        Assert.Same(workload, workload.Fit(200));
    }

    [Fact]
    public void Stretch_AndTake_ChangeTimesAndNumber()
    {
        Workload workload = new("", [new(1, 1, TimeSpan.FromSeconds(2)), new(1, 1, TimeSpan.FromSeconds(4)), new(1, 1, TimeSpan.FromSeconds(9))], null, []);

        Workload made = workload.Take(2).Stretch(0.5);

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], made.Requests.Select(request => request.At!.Value));
        Assert.Equal(["The first 2 of 3 requests."], made.Notes);
    }

    [Theory]
    [InlineData(null, null, 32, 8)]
    [InlineData(3, null, 12, 3)]
    [InlineData(3, 5, 5, 3)]
    public void Make_WithoutATrace_IsOfOneLengthSoManyAtOnce(int? concurrency, int? requests, int expected, int places)
    {
        Workload workload = WorkloadMaker.Make(new BenchOptions { Concurrency = concurrency, Requests = requests, PromptTokens = 7, OutputTokens = 9 });

        Assert.Equal(Enumerable.Repeat(new WorkloadRequest(7, 9), expected), workload.Requests);
        Assert.Equal(places, workload.Concurrency);
    }

    [Fact]
    public void Make_WithARate_ComesAtTimesOfItsOwn()
    {
        Workload workload = WorkloadMaker.Make(new BenchOptions { Rate = 4, Requests = 20, Seed = 3 });

        Assert.Equal(Arrivals.Poisson(4, 20, seed: 3), workload.Requests.Select(request => request.At!.Value));
        Assert.Null(workload.Concurrency);
    }

    [Fact]
    public void Ids_OfTwoPrompts_ShareNothingUnlessAsked()
    {
        WorkloadRequest request = new(100, 1);
        PromptMaker apart = new(seed: 1, vocabulary: 1000, sharedTokens: 0);
        PromptMaker alike = new(seed: 1, vocabulary: 1000, sharedTokens: 30);

        Assert.Equal(apart.Ids(request, 4), new PromptMaker(1, 1000, 0).Ids(request, 4));
        Assert.NotEqual(apart.Ids(request, 4)[..16], apart.Ids(request, 5)[..16]);
        Assert.Equal(alike.Ids(request, 4)[..30], alike.Ids(request, 5)[..30]);
        Assert.NotEqual(alike.Ids(request, 4)[30..46], alike.Ids(request, 5)[30..46]);
        Assert.All(apart.Ids(request, 4), id => Assert.InRange(id, 0, 999));
    }

    [Fact]
    public void Ids_OfNamedBlocks_AreEqualWhereTheNamesAre()
    {
        PromptMaker prompts = new(seed: 1, vocabulary: 1000, sharedTokens: 0);

        int[] one = prompts.Ids(new WorkloadRequest(1200, 1, Blocks: [0, 1, 2]), 0);
        int[] other = prompts.Ids(new WorkloadRequest(1100, 1, Blocks: [0, 1, 3]), 1);

        Assert.Equal(one[..1024], other[..1024]);
        Assert.NotEqual(one[1024..1100], other[1024..]);
    }

    [Fact]
    public void Text_OfAPrompt_HasAWordForEachToken() =>
        Assert.Equal(40, new PromptMaker(1, 1000, 0).Text(new WorkloadRequest(40, 1), 2).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
}
