namespace TokenFactory.Telemetry.Bounds;

/// <summary>What the processor can do at most, measured by as many threads as a model has.</summary>
/// <param name="Threads">So many threads at once.</param>
/// <param name="ReadGigabytesPerSecond">Memory that is in no cache, read.</param>
/// <param name="BufferBytes">How much memory that was.</param>
/// <param name="Fp32GigaOperationsPerSecond">Fused multiplications and additions in registers, two operations each.</param>
/// <param name="Int8GigaOperationsPerSecond">The same of 8-bit integers into 32-bit sums by VNNI, of 512 bits where there are such: four times the rate of fp32; null where the processor has none.</param>
public sealed record MachineBounds(
    int Threads, double ReadGigabytesPerSecond, long BufferBytes, double Fp32GigaOperationsPerSecond, double? Int8GigaOperationsPerSecond)
{
    private const double Giga = 1e9;

    /// <summary>Measures; takes some seconds, and an eighth of the memory, at most 1 GiB.</summary>
    /// <param name="threads">At least 1.</param>
    public static MachineBounds Measure(int threads)
    {
        (double bytesPerSecond, long buffer) = ReadBandwidth.Measure(threads);
        double fp32 = MatrixRate.MeasureFp32(threads);
        return new MachineBounds(threads, bytesPerSecond / Giga, buffer, fp32 / Giga, MatrixRate.FindInt8(threads, fp32) / Giga);
    }

    /// <summary>The better of two measurements of the same machine: others may have disturbed either.</summary>
    public MachineBounds Best(MachineBounds other) => this with
    {
        ReadGigabytesPerSecond = Math.Max(ReadGigabytesPerSecond, other.ReadGigabytesPerSecond),
        Fp32GigaOperationsPerSecond = Math.Max(Fp32GigaOperationsPerSecond, other.Fp32GigaOperationsPerSecond),
        Int8GigaOperationsPerSecond = Int8GigaOperationsPerSecond is { } rate ? Math.Max(rate, other.Int8GigaOperationsPerSecond ?? 0) : null,
    };
}
