using System.Runtime.InteropServices;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>Numbers as the device holds them: two bytes, rounded to nearest, ties to even.</summary>
internal static class ElementFormat
{
    public const int Bytes = 2;

    /// <summary>Reads elements of a stored tensor into device form.</summary>
    /// <param name="tensor">Stored in any floating format.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="to">Where.</param>
    /// <param name="precision">The device's format.</param>
    /// <param name="scratch">As long as <paramref name="to"/> at least.</param>
    public static void Read(TensorView tensor, long offset, Span<ushort> to, CudaPrecision precision, Span<float> scratch)
    {
        if (tensor.Type == (precision == CudaPrecision.Float16 ? TensorType.F16 : TensorType.BF16))
        {
            tensor.Bytes(offset, to.Length).CopyTo(MemoryMarshal.AsBytes(to));
            return;
        }
        Span<float> numbers = scratch[..to.Length];
        tensor.Read(offset, numbers);
        From(numbers, to, precision);
    }

    public static void From(ReadOnlySpan<float> numbers, Span<ushort> to, CudaPrecision precision)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            to[i] = From(numbers[i], precision);
        }
    }

    public static ushort From(float number, CudaPrecision precision)
    {
        if (precision == CudaPrecision.Float16)
        {
            return BitConverter.HalfToUInt16Bits((Half)number);
        }
        uint bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number) ? (ushort)0x7fff : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
