using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>
/// How many multiplications and additions threads do where all operands lie in registers: no matrix product is faster. Twelve sums go on
/// side by side, more than it takes to hide the instructions' latency and few enough for sixteen registers.
/// </summary>
internal static class MatrixRate
{
    private const int Rounds = 5;
    private const int Sums = 12;
    private const int Turns = 5_000_000;

    // An instruction of VNNI does four products of 8-bit integers in the place of one of fp32, as many instructions a turn.
    private const int Int8InPlaceOfFp32 = 4;

    // Structured extended features, of which register C says by this bit that there is AVX512-VNNI.
    private const int FeatureLeaf = 7;
    private const int Avx512VnniBit = 11;

    private static bool HasAvx512Vnni => Vector512.IsHardwareAccelerated && X86Base.IsSupported && ((X86Base.CpuId(FeatureLeaf, 0).Ecx >> Avx512VnniBit) & 1) == 1;

    /// <summary>Fused multiplications and additions of fp32, operations a second: two each.</summary>
    public static double MeasureFp32(int threads) =>
        Vector512.IsHardwareAccelerated ? Measure(threads, Fp32In512, Vector512<float>.Count) : Measure(threads, Fp32In256, Vector256<float>.Count);

    /// <summary>
    /// Products of 8-bit integers into 32-bit sums, operations a second: two each; null where the processor has no VNNI. Its 512-bit form,
    /// which this runtime cannot write, is reckoned by that of fp32; the 256-bit one is measured.
    /// </summary>
    /// <param name="threads">So many at once.</param>
    /// <param name="fp32">What they do in fp32.</param>
    public static double? FindInt8(int threads, double fp32) =>
        HasAvx512Vnni ? Int8InPlaceOfFp32 * fp32
        : AvxVnni.IsSupported ? Measure(threads, Int8In256, Vector256<byte>.Count)
        : null;

    private static double Measure(int threads, Func<int> work, int products)
    {
        int kept = 0;
        TimeSpan time = ThreadTeam.Shortest(threads, Rounds, _ => Interlocked.Add(ref kept, work()));
        return 2.0 * products * Sums * Turns * threads / time.TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fp32In512()
    {
        Vector512<float> x = Vector512.Create(1.000001f), y = Vector512.Create(1e-9f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int turn = 0; turn < Turns; turn++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }
        return (int)Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fp32In256()
    {
        Vector256<float> x = Vector256.Create(1.000001f), y = Vector256.Create(1e-9f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int turn = 0; turn < Turns; turn++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }
        return (int)Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Int8In256()
    {
        Vector256<byte> x = Vector256.Create((byte)3);
        Vector256<sbyte> y = Vector256.Create((sbyte)-2);
        Vector256<int> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        for (int turn = 0; turn < Turns; turn++)
        {
            a = AvxVnni.MultiplyWideningAndAdd(a, x, y);
            b = AvxVnni.MultiplyWideningAndAdd(b, x, y);
            c = AvxVnni.MultiplyWideningAndAdd(c, x, y);
            d = AvxVnni.MultiplyWideningAndAdd(d, x, y);
            e = AvxVnni.MultiplyWideningAndAdd(e, x, y);
            f = AvxVnni.MultiplyWideningAndAdd(f, x, y);
            g = AvxVnni.MultiplyWideningAndAdd(g, x, y);
            h = AvxVnni.MultiplyWideningAndAdd(h, x, y);
            i = AvxVnni.MultiplyWideningAndAdd(i, x, y);
            j = AvxVnni.MultiplyWideningAndAdd(j, x, y);
            k = AvxVnni.MultiplyWideningAndAdd(k, x, y);
            l = AvxVnni.MultiplyWideningAndAdd(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
