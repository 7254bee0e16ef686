namespace TokenFactory.Models.Weights;

/// <summary>
/// MXFP4 (OCP Microscaling Formats 1.0): blocks of 32 numbers in E2M1, two a byte, the first in the low half, and a scale for each block, a
/// power of two with bias 127.
/// </summary>
public static class Mxfp4
{
    /// <summary>Numbers of a block.</summary>
    public const int BlockSize = 32;

    /// <summary>Bytes of a block without its scale.</summary>
    public const int BlockBytes = BlockSize / 2;

    private const int ScaleBias = 127;

    private static ReadOnlySpan<float> Numbers => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    /// <param name="blocks">16 bytes a block.</param>
    /// <param name="scales">A byte a block.</param>
    /// <param name="destination">32 floats a block.</param>
    public static void ToSingle(ReadOnlySpan<byte> blocks, ReadOnlySpan<byte> scales, Span<float> destination)
    {
        ReadOnlySpan<float> numbers = Numbers;
        for (int block = 0; block < scales.Length; block++)
        {
            float scale = MathF.ScaleB(1, scales[block] - ScaleBias);
            ReadOnlySpan<byte> from = blocks.Slice(block * BlockBytes, BlockBytes);
            Span<float> to = destination.Slice(block * BlockSize, BlockSize);
            for (int i = 0; i < from.Length; i++)
            {
                to[2 * i] = numbers[from[i] & 15] * scale;
                to[(2 * i) + 1] = numbers[from[i] >> 4] * scale;
            }
        }
    }
}
