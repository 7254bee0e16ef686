using System.Diagnostics;
using TokenFactory.Benchmarks.Budgets;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>The scheduler by itself with 10,000 live sequences: time of a step on one core.</summary>
internal static class SchedulerMeasurement
{
    private const int Sequences = 10_000;
    private const int Steps = 500;
    private const double BoundMilliseconds = 1;

    public static Task<Measurement> RunAsync(string[] args)
    {
        SchedulerLoad load = SchedulerLoad.Create(Sequences);
        for (int i = 0; i < 200; i++)
        {
            load.Run();
        }
        double[] schedule = new double[Steps];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            load.Schedule();
            schedule[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            load.Append();
        }
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / ((double)Steps * Sequences);
        Array.Sort(schedule);
        double median = schedule[Steps / 2];
        return Task.FromResult(new Measurement(
            median <= BoundMilliseconds && load.LiveSequences == Sequences,
            [
                ("live sequences", load.LiveSequences, "sequences"),
                ("schedule a step, median", median, "ms"),
                ("schedule a step, 99th percentile", schedule[Steps * 99 / 100], "ms"),
                ("per sequence, median", median * 1e6 / Sequences, "ns"),
                ("allocated per token", bytes, "bytes"),
            ]));
    }
}
