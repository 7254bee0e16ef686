using System.Numerics.Tensors;

namespace TokenFactory.Engine.Onnx.Weights;

/// <summary>
/// Quantises rows of weights in blocks of <see cref="WeightLayout.BlockSize"/>, in the form that the MatMulNBits operator reads
/// (onnxruntime, docs/ContribOperators.md): w = (q - zero) · scale. A short last block is padded with zeros.
/// </summary>
internal static class BlockQuantizer
{
    private const int Block = WeightLayout.BlockSize;

    /// <summary>8 bits, symmetric about 128.</summary>
    /// <param name="row">One row, [columns].</param>
    /// <param name="quantized">[blocks · 32].</param>
    /// <param name="scales">[blocks].</param>
    public static void Row8(ReadOnlySpan<float> row, Span<byte> quantized, Span<float> scales)
    {
        Span<float> block = stackalloc float[Block];
        for (int b = 0; b < scales.Length; b++)
        {
            LoadBlock(row, b, block);
            float scale = TensorPrimitives.MaxMagnitude<float>(block);
            scale = Math.Abs(scale) / 127;
            float inverse = scale == 0 ? 0 : 1 / scale;
            Span<byte> target = quantized.Slice(b * Block, Block);
            for (int i = 0; i < Block; i++)
            {
                target[i] = (byte)(MathF.Round(block[i] * inverse) + 128);
            }
            scales[b] = scale;
        }
    }

    /// <summary>4 bits with a zero point for each block; scale and zero are chosen for the least squared error.</summary>
    /// <param name="row">One row, [columns].</param>
    /// <param name="quantized">[blocks · 16], the earlier weight in the lower half of a byte.</param>
    /// <param name="scales">[blocks].</param>
    /// <param name="zeros">[(blocks + 1) / 2], the earlier block in the lower half of a byte.</param>
    public static void Row4(ReadOnlySpan<float> row, Span<byte> quantized, Span<float> scales, Span<byte> zeros)
    {
        Span<float> block = stackalloc float[Block];
        zeros.Clear();
        for (int b = 0; b < scales.Length; b++)
        {
            LoadBlock(row, b, block);
            (float scale, int zero) = LeastError4(block);
            float inverse = scale == 0 ? 0 : 1 / scale;
            Span<byte> target = quantized.Slice(b * Block / 2, Block / 2);
            for (int i = 0; i < Block; i += 2)
            {
                target[i / 2] = (byte)(Nibble(block[i], inverse, zero) | (Nibble(block[i + 1], inverse, zero) << 4));
            }
            scales[b] = scale;
            zeros[b / 2] |= (byte)(zero << (b % 2 * 4));
        }
    }

    /// <summary>Scale and zero point of 4 bits with the least squared error of a block.</summary>
    /// <param name="block">32 weights.</param>
    public static (float Scale, int Zero) LeastError4(ReadOnlySpan<float> block)
    {
        const int Steps = 8;
        float low = Math.Min(TensorPrimitives.Min(block), 0);
        float high = Math.Max(TensorPrimitives.Max(block), 0);
        if (low == high)
        {
            return (0, 8);
        }
        // The full range is rarely best: clipping the outermost weight a little makes all the others finer. Both ends are tried inward.
        float best = float.PositiveInfinity;
        (float Scale, int Zero) choice = default;
        for (int step = 0; step < Steps; step++)
        {
            float scale = (high - low) * (1 - (step * 0.04f)) / 15;
            int middle = (int)MathF.Round(-low / scale);
            for (int zero = Math.Max(middle - (step == 0 ? 0 : 1), 0); zero <= Math.Min(middle, 15); zero++)
            {
                float error = Error4(block, scale, zero);
                if (error < best)
                {
                    best = error;
                    choice = (scale, zero);
                }
            }
        }
        return choice;
    }

    private static float Error4(ReadOnlySpan<float> block, float scale, int zero)
    {
        float inverse = 1 / scale;
        float sum = 0;
        foreach (float weight in block)
        {
            float error = weight - ((Nibble(weight, inverse, zero) - zero) * scale);
            sum += error * error;
        }
        return sum;
    }

    private static int Nibble(float weight, float inverse, int zero) => Math.Clamp((int)MathF.Round(weight * inverse) + zero, 0, 15);

    private static void LoadBlock(ReadOnlySpan<float> row, int index, Span<float> block)
    {
        ReadOnlySpan<float> source = row[(index * Block)..Math.Min((index + 1) * Block, row.Length)];
        source.CopyTo(block);
        block[source.Length..].Clear();
    }
}
