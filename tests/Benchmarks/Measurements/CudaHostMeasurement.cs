using System.Diagnostics;
using TokenFactory.Benchmarks.Budgets;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// What a decode step of 256 sequences takes of a core on the host of a GPU: schedule, plan, enqueue on a device whose work costs nothing,
/// read back, append. Neighbours on a shared machine slow it: the quietest round says what the code takes.
/// </summary>
internal static class CudaHostMeasurement
{
    private const int Sequences = 256;
    private const int WarmUpLoads = 12;
    private const int WarmUps = 60;
    private const int Rounds = 8;
    private const int Steps = 40;
    private const double BoundMicroseconds = 150;

    public static Task<Measurement> RunAsync(string[] args)
    {
        // The runtime compiles a method for speed only some time after its first calls, in two rounds; with fewer loads the same code takes ten times as
        // long, and a server that has run for seconds is past that. What one load's context allows of steps is over sooner.
        for (int round = 0; round < WarmUpLoads; round++)
        {
            using CudaHostLoad first = CudaHostLoad.Create(Sequences);
            Repeat(first, Rounds * Steps);
            Thread.Sleep(300);
        }
        using CudaHostLoad load = CudaHostLoad.Create(Sequences);
        Repeat(load, WarmUps);
        double[] times = new double[Rounds * Steps], scheduled = new double[times.Length], submitted = new double[times.Length], read = new double[times.Length];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            load.Schedule();
            scheduled[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            load.Submit();
            submitted[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds - scheduled[i];
            Engine.Execution.StepResult result = load.Wait();
            read[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds - scheduled[i] - submitted[i];
            load.Append(result);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)times.Length;
        double quietest = times.Chunk(Steps).Min(Quantiles.Median);
        return Task.FromResult(new Measurement(
            quietest <= BoundMicroseconds && bytes == 0 && load.LiveSequences == Sequences,
            [
                ("live sequences", load.LiveSequences, "sequences"),
                ($"host's part of a step, median of the quietest of {Rounds} rounds", quietest, "us"),
                ("host's part of a step, median of all", Quantiles.Median(times), "us"),
                ("of it schedule, median of all", Quantiles.Median(scheduled), "us"),
                ("of it plan to device and enqueue, median of all", Quantiles.Median(submitted), "us"),
                ("of it read back, median of all", Quantiles.Median(read), "us"),
                ("allocated a step", bytes, "bytes"),
            ]));
    }

    private static void Repeat(CudaHostLoad load, int times)
    {
        for (int i = 0; i < times; i++)
        {
            load.Run();
        }
    }
}
