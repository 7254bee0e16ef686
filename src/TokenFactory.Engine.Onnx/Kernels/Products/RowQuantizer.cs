using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>A row's block of 32 activations as the products read it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal unsafe struct ActivationBlock
{
    /// <summary>The activations over <see cref="Scale"/>, rounded to -127..127.</summary>
    public fixed sbyte Values[PackedFormat.BlockColumns];

    /// <summary>What a step of a value stands for; not a number or infinite where an activation is.</summary>
    public float Scale;

    /// <summary>The sum of the values, negated: the part of the product that a zero point of one brings.</summary>
    public int NegativeSum;

    /// <summary>The same for the fixed zero point of 8-bit weights.</summary>
    public int NegativeSum8;
}

/// <summary>Quantises activations to 8 bits in blocks of 32, with the arithmetic of AVX2.</summary>
internal static unsafe class RowQuantizer
{
    // Below it the reciprocal of the scale would be infinite; such a block counts as zero.
    private const float Smallest = 1e-35f;

    /// <summary>Bytes of a quantised row.</summary>
    public static long RowBytes(int columns) => (long)PackedFormat.Blocks(columns) * sizeof(ActivationBlock);

    /// <summary>Quantises one row.</summary>
    /// <param name="row">[columns].</param>
    /// <param name="columns">Length of the row; a short last block is padded with zeros.</param>
    /// <param name="target">[blocks].</param>
    public static void Quantize(float* row, int columns, ActivationBlock* target)
    {
        int whole = columns / PackedFormat.BlockColumns;
        for (int b = 0; b < whole; b++)
        {
            QuantizeBlock(row + (b * PackedFormat.BlockColumns), target + b);
        }
        int left = columns % PackedFormat.BlockColumns;
        if (left != 0)
        {
            float* padded = stackalloc float[PackedFormat.BlockColumns];
            new Span<float>(row + (whole * PackedFormat.BlockColumns), left).CopyTo(new Span<float>(padded, left));
            new Span<float>(padded + left, PackedFormat.BlockColumns - left).Clear();
            QuantizeBlock(padded, target + whole);
        }
    }

    private static void QuantizeBlock(float* source, ActivationBlock* target)
    {
        Vector256<float> a = Vector256.Load(source);
        Vector256<float> b = Vector256.Load(source + 8);
        Vector256<float> c = Vector256.Load(source + 16);
        Vector256<float> d = Vector256.Load(source + 24);
        float largest = LargestMagnitude(a, b, c, d);
        var inverse = Vector256.Create(largest < Smallest ? 0 : 127 / largest);
        Vector256<short> low = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(a * inverse), Avx.ConvertToVector256Int32(b * inverse));
        Vector256<short> high = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(c * inverse), Avx.ConvertToVector256Int32(d * inverse));
        Vector256<sbyte> values = Avx2.PermuteVar8x32(
            Avx2.PackSignedSaturate(low, high).AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte();
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(Vector256<byte>.One, values);
        int sum = Vector256.Sum(Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One));
        Avx.Store(target->Values, values);
        target->Scale = largest / 127;
        target->NegativeSum = -sum;
        target->NegativeSum8 = -sum * PackedFormat.Zero8;
    }

    // Compared as integers, magnitudes keep their order, and what is not a number is above all of them: it reaches the scale.
    private static float LargestMagnitude(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256<int> most = Vector256.Max(
            Vector256.Max(Bits(a), Bits(b)),
            Vector256.Max(Bits(c), Bits(d)));
        Vector128<int> half = Vector128.Max(most.GetLower(), most.GetUpper());
        half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
        return BitConverter.Int32BitsToSingle(half.ToScalar());
    }

    private static Vector256<int> Bits(Vector256<float> values) => Vector256.Abs(values).AsInt32();
}
