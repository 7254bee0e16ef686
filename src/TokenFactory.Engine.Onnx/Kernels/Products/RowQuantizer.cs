using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Rows of activations in signed 8 bits: for each block of 32 columns its bytes, its scale, and what the weights' zero points add, so
/// that a product reads a row front to back.
/// </summary>
internal static unsafe class RowQuantizer
{
    /// <summary>32 bytes, the float32 scale at 32, and at 36 the correction: of 8 bits the int32 -128 · sum, of 4 bits the float32 -sum · scale.</summary>
    public const int BlockBytes = 40;

    public static int RowBytes(int columns) => PackedFormat.Blocks(columns) * BlockBytes;

    /// <param name="row">[columns].</param>
    /// <param name="columns">Columns.</param>
    /// <param name="bits">Bits of the weights that it will meet.</param>
    /// <param name="target"><see cref="RowBytes"/> bytes.</param>
    public static void Quantize(float* row, int columns, int bits, byte* target)
    {
        int whole = columns / PackedFormat.BlockColumns;
        for (int block = 0; block < whole; block++, row += PackedFormat.BlockColumns, target += BlockBytes)
        {
            QuantizeBlock(row, bits, target);
        }
        int left = columns % PackedFormat.BlockColumns;
        if (left > 0)
        {
            float* padded = stackalloc float[PackedFormat.BlockColumns];
            new Span<float>(padded, PackedFormat.BlockColumns).Clear();
            new Span<float>(row, left).CopyTo(new Span<float>(padded, left));
            QuantizeBlock(padded, bits, target);
        }
    }

    private static void QuantizeBlock(float* values, int bits, byte* target)
    {
        Vector512<float> first = Vector512.Load(values);
        Vector512<float> second = Vector512.Load(values + 16);
        float most = MaxOf(Vector512.Max(Vector512.Abs(first), Vector512.Abs(second)));
        float scale = most / 127;
        Vector512<float> inverse = Vector512.Create(scale == 0 ? 0 : 1 / scale);
        Vector512<int> low = Vector512.ConvertToInt32(Vector512.Round(first * inverse));
        Vector512<int> high = Vector512.ConvertToInt32(Vector512.Round(second * inverse));
        Avx512F.ConvertToVector128SByteWithSaturation(low).Store((sbyte*)target);
        Avx512F.ConvertToVector128SByteWithSaturation(high).Store((sbyte*)target + 16);
        int sum = Vector512.Sum(low + high);
        *(float*)(target + 32) = scale;
        if (bits == 8)
        {
            *(int*)(target + 36) = -PackedFormat.Zero8 * sum;
        }
        else
        {
            *(float*)(target + 36) = -sum * scale;
        }
    }

    private static float MaxOf(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(four[0], four[1]);
    }
}
