using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace TokenFactory.Models.Weights;

/// <summary>Widens stored weights to float32, exactly.</summary>
public static class FloatConversion
{
    // 4 bits of exponent with bias 7, 3 of mantissa, no infinity: Micikevicius et al., arXiv 2209.05433.
    private static readonly float[] E4M3 = [.. Enumerable.Range(0, 256).Select(bits => FromE4M3((byte)bits))];

    /// <param name="source">Little-endian elements of <paramref name="type"/>: F32, F16, BF16 or F8E4M3.</param>
    /// <param name="type">Type of the elements; another one throws <see cref="ArgumentOutOfRangeException"/>.</param>
    /// <param name="destination">One float for each element.</param>
    public static void ToSingle(ReadOnlySpan<byte> source, TensorType type, Span<float> destination)
    {
        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case TensorType.BF16:
                FromBFloat16(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorType.F8E4M3:
                for (int i = 0; i < source.Length; i++)
                {
                    destination[i] = E4M3[source[i]];
                }
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "only F32, F16, BF16 and F8E4M3 hold weights");
        }
    }

    private static float FromE4M3(byte bits)
    {
        int exponent = (bits >> 3) & 15, mantissa = bits & 7;
        float magnitude = (bits & 0x7f) == 0x7f ? float.NaN : exponent == 0 ? MathF.ScaleB(mantissa, -9) : MathF.ScaleB(1 + (mantissa / 8f), exponent - 7);
        return (bits & 0x80) != 0 ? -magnitude : magnitude;
    }

    // A bfloat16 is the upper half of a float32.
    private static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination)[..source.Length];
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }
        for (; i < source.Length; i++)
        {
            bits[i] = (uint)source[i] << 16;
        }
    }
}
