using System.Diagnostics;
using TokenFactory.Benchmarks.Kernels;
using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Telemetry.Bounds;
using TokenFactory.Web.Bench.Reports;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// What attention takes of one layer's step with 16 query and 8 KV heads of 128, beside the speed at which memory is read: a decode step
/// is bound by it. <c>--threads N</c> for other than one and two.
/// </summary>
internal static class AttentionMeasurement
{
    private const int WarmUps = 40;
    private const int Rounds = 15;
    private const double LeastShareOfBandwidth = 0.5;
    private static readonly int[] Batches = [1, 8, 16, 32];
    private static readonly int[] Contexts = [256, 512, 2048];

    public static Task<Measurement> RunAsync(string[] args)
    {
        List<(string Name, double Value, string Unit)> figures = [];
        bool passed = true;
        foreach (int threads in Arguments.Find(args, "--threads") is { } given ? [int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)] : new[] { 1, 2 })
        {
            using SpinTeam team = new(threads);
            double bandwidth = ReadBandwidth.Measure(threads).BytesPerSecond / 1e9;
            figures.Add(($"{threads} threads, read bandwidth", bandwidth, "GB/s"));
            foreach (KvFormat format in Enum.GetValues<KvFormat>())
            {
                passed &= Decode(team, format, bandwidth, figures);
                foreach (int past in new[] { 0, 1024 })
                {
                    using AttentionLoad load = new(team, format, 1, past, 512);
                    figures.Add(($"{threads} threads, {format}, prefill of 512 after {past}", Time(load.Run), "ms"));
                }
            }
        }
        return Task.FromResult(new Measurement(passed, figures));
    }

    // The largest load lies in memory whatever the processor's caches: only it says something of the bandwidth.
    private static bool Decode(SpinTeam team, KvFormat format, double bandwidth, List<(string Name, double Value, string Unit)> figures)
    {
        double speed = 0;
        foreach (int batch in Batches)
        {
            foreach (int context in Contexts)
            {
                using AttentionLoad load = new(team, format, batch, context - 1, 1);
                double time = Time(load.Run);
                speed = load.Bytes / time / 1e6;
                string name = $"{team.Threads} threads, {format}, decode {batch} x {context}";
                figures.Add((name, time, "ms"));
                figures.Add(($"{name}, read", speed, "GB/s"));
            }
        }
        return speed >= bandwidth * LeastShareOfBandwidth;
    }

    private static double Time(Action step)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUps || Stopwatch.GetElapsedTime(start).TotalMilliseconds < 150; i++)
        {
            step();
        }
        double[] times = new double[Rounds];
        for (int i = 0; i < times.Length; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            step();
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
        return Quantiles.Median(times);
    }
}
