using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench;

/// <summary>One run of a workload against a target, whatever it is, and the report on it.</summary>
internal static class BenchSession
{
    /// <exception cref="BenchException">The target answers nothing.</exception>
    public static async Task<BenchReport> RunAsync(IBenchTarget target, BenchOptions options, Workload workload, ProgressBar bar)
    {
        int seed = options.Seed ?? (options.Url is null ? WorkloadMaker.UsualSeed : Random.Shared.Next());
        PromptMaker prompts = new(seed, target.Facts.Vocabulary, options.SharedPrefix);
        bar.Say($"Warming {target.Facts.Model} up");
        IReadOnlyList<string> notes = await target.PrepareAsync(workload.Requests[0], prompts, CancellationToken.None);
        // What loading left behind is not to be collected in the run.
        GC.Collect();
        BenchDriver driver = new(target, prompts, TimeProvider.System);
        target.BeginRun();
        BenchRun run = await bar.FollowAsync(driver.RunAsync(workload, CancellationToken.None), driver.Counts, workload.Requests.Count);
        EngineUse? use = target.EndRun();
        return new ReportMaker(run, TimeProvider.System).Make(target.Facts, TargetsOf(options), use, options.SharedPrefix, seed, notes);
    }

    /// <summary>What the options want, else what the lane aims at in the policy that models start with.</summary>
    private static LatencyTargets TargetsOf(BenchOptions options)
    {
        LanePolicy lane = new BatchPolicy { MaxRunning = 1, TokenBudget = 1, PrefillChunk = 1 }[options.Lane ?? Lane.Interactive];
        return new LatencyTargets(
            options.FirstTokenTarget is { } first ? TimeSpan.FromMilliseconds(first) : lane.FirstTokenTarget,
            options.BetweenTokensTarget is { } between ? TimeSpan.FromMilliseconds(between) : lane.BetweenTokensTarget);
    }
}
