using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Exponentials of 16 numbers.</summary>
internal static class VectorMath
{
    private const float Least = -87;
    private const float Log2E = 1.44269504088896341f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const int ExponentBias = 127;
    private const int MantissaBits = 23;

    /// <summary>e to the power of numbers that are not above 0, within two units in the last place; exactly 1 of 0, and 0 below -87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOfNegative(Vector512<float> x)
    {
        Vector512<float> bounded = Vector512.MaxNative(x, Vector512.Create(Least));
        Vector512<float> whole = Vector512.Round(bounded * Vector512.Create(Log2E));
        Vector512<float> rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-Ln2High), bounded);
        rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-Ln2Low), rest);
        Vector512<float> sum = Vector512.Create(1.9875691500e-4f);
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.3981999507e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(8.3334519073e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(4.1665795894e-2f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.6666665459e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, rest * rest, rest + Vector512<float>.One);
        Vector512<int> power = (Vector512.ConvertToInt32(whole) + Vector512.Create(ExponentBias)) << MantissaBits;
        return Vector512.ConditionalSelect(
            Vector512.GreaterThanOrEqual(x, Vector512.Create(Least)), sum * power.AsSingle(), Vector512<float>.Zero);
    }

    /// <summary>The hyperbolic tangent: 1 - 2 e / (1 + e) with e = exp(-2 |x|), and the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> power = ExpOfNegative(Vector512.Abs(x) * Vector512.Create(-2f));
        Vector512<float> size = (Vector512<float>.One - power) / (Vector512<float>.One + power);
        return Vector512.CopySign(size, x);
    }
}
