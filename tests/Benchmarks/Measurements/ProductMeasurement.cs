using System.Globalization;
using TokenFactory.Benchmarks.Kernels;
using TokenFactory.Engine.Onnx.Kernels;
using TokenFactory.Telemetry.Bounds;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>
/// The products with packed weights beside what the machine can do at most: of few rows they are bound by the memory, of many by the
/// dot product instruction.
/// </summary>
internal static class ProductMeasurement
{
    private const int Rounds = 30;
    private const double RoundSeconds = 0.012;
    private const double BandwidthBound = 0.85;
    private const double PeakBound = 0.55;

    private static readonly int[] Counts = [1, 4, 8, 16, 32, 128, 512];
    private static readonly (int Rows, int Columns)[] Shapes =
        [(4096, 1024), (1024, 2048), (3072, 1024), (1024, 3072), (8192, 2048), (2048, 8192), (151936, 1024)];

    public static Task<Measurement> RunAsync(string[] args)
    {
        if (!CpuLevels.Has(CpuLevel.Avx512Vnni))
        {
            throw new PlatformNotSupportedException("The peak is measured with the dot product of AVX-512 VNNI, which this processor lacks.");
        }
        CpuLevel level = Enum.Parse<CpuLevel>(Arguments.Find(args, "--level") ?? CpuLevels.Highest.ToString());
        int[] counts = Numbers(args, "--n") ?? Counts;
        int[] threadCounts = Numbers(args, "--threads") ?? [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        int[] allBits = Numbers(args, "--bits") ?? [4, 8];
        int[] features = Numbers(args, "--rows") ?? [.. Shapes.Select(shape => shape.Rows)];
        List<(string, double, string)> figures = [];
        bool passed = true;
        foreach (int threads in threadCounts)
        {
            double bandwidth = ReadBandwidth.Measure(threads).BytesPerSecond;
            double peak = MachineLimits.DotPeak(threads);
            figures.Add(($"{threads} threads, reading memory", bandwidth / 1e9, "GB/s"));
            figures.Add(($"{threads} threads, dot products", peak / 1e9, "GOP/s"));
            foreach (int bits in allBits)
            {
                foreach ((int rows, int columns) in Shapes.Where(shape => features.Contains(shape.Rows)))
                {
                    foreach (int count in counts.Where(count => count <= 32 || rows < 100_000))
                    {
                        using ProductLoad load = new(level, count, rows, columns, bits);
                        double seconds = load.Seconds(threads, Rounds, RoundSeconds);
                        double read = load.WeightBytes / seconds;
                        double operations = 2.0 * count * rows * columns / seconds;
                        string name = $"{threads} threads, {bits} bits, [{rows}, {columns}], {count} rows";
                        figures.Add((name, seconds * 1e6, "us"));
                        figures.Add((name + ", of the bandwidth", read / bandwidth, $"at {read / 1e9:F1} GB/s"));
                        figures.Add((name + ", of the peak", operations / peak, $"at {operations / 1e9:F0} GOP/s"));
                        passed &= (count > 1 || threads == 1 || read >= BandwidthBound * bandwidth) && (count < 32 || operations >= PeakBound * peak);
                    }
                }
            }
        }
        return Task.FromResult(new Measurement(passed, figures));
    }

    private static int[]? Numbers(string[] args, string name) =>
        Arguments.Find(args, name)?.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
}
