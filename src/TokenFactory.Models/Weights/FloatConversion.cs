using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace TokenFactory.Models.Weights;

/// <summary>Widens stored weights to float32, exactly.</summary>
public static class FloatConversion
{
    /// <param name="source">Little-endian elements of <paramref name="type"/>: F32, F16 or BF16.</param>
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
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "only F32, F16 and BF16 hold weights");
        }
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
