using System.Diagnostics;
using TokenFactory.Benchmarks.Budgets;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// The scheduler by itself with 10,000 live sequences: time of a step on one core. It walks more memory than a core's own cache holds,
/// so neighbours on a shared machine slow it: the quietest round says what the code takes.
/// </summary>
internal static class SchedulerMeasurement
{
    private const int Sequences = 10_000;
    private const int Rounds = 8;
    private const int Steps = 80;
    private const double BoundMilliseconds = 1;

    public static Task<Measurement> RunAsync(string[] args)
    {
        SchedulerLoad load = SchedulerLoad.Create(Sequences);
        for (int i = 0; i < 200; i++)
        {
            load.Run();
        }
        double[] schedule = new double[Rounds * Steps];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < schedule.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            load.Schedule();
            schedule[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            load.Append();
        }
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / ((double)schedule.Length * Sequences);
        double quietest = schedule.Chunk(Steps).Min(Quantiles.Median);
        return Task.FromResult(new Measurement(
            quietest <= BoundMilliseconds && load.LiveSequences == Sequences,
            [
                ("live sequences", load.LiveSequences, "sequences"),
                ($"schedule a step, median of the quietest of {Rounds} rounds", quietest, "ms"),
                ("schedule a step, median of all", Quantiles.Median(schedule), "ms"),
                ("per sequence, quietest round", quietest * 1e6 / Sequences, "ns"),
                ("allocated per token", bytes, "bytes"),
            ]));
    }
}
