using System.Buffers.Binary;
using System.Numerics.Tensors;
using TokenFactory.Engine.Onnx.Weights;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Quantises weights into the <see cref="PackedFormat"/>. Tiles are independent: several threads may each write their own.
/// </summary>
internal static class TilePacker
{
    private const int Block = PackedFormat.BlockColumns;

    /// <summary>Packs one tile.</summary>
    /// <param name="rows">[count, columns], at most 32 rows.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="tile">[<see cref="PackedFormat.TileBytes"/>].</param>
    public static void Pack(ReadOnlySpan<float> rows, int columns, int bits, Span<byte> tile)
    {
        Span<float> values = stackalloc float[Block];
        int blockBytes = PackedFormat.BlockBytes(bits);
        for (int b = 0; b < PackedFormat.Blocks(columns); b++)
        {
            Span<byte> target = tile.Slice(b * blockBytes, blockBytes);
            target.Clear();
            int width = Math.Min(Block, columns - (b * Block));
            for (int row = 0; row < PackedFormat.TileRows; row++)
            {
                values.Clear();
                if ((row + 1) * columns <= rows.Length)
                {
                    rows.Slice((row * columns) + (b * Block), width).CopyTo(values);
                }
                if (bits == 8)
                {
                    Pack8(values, row, target);
                }
                else
                {
                    Pack4(values, row, target);
                }
            }
        }
    }

    /// <summary>Gives back what a tile's weights stand for.</summary>
    /// <param name="tile">[<see cref="PackedFormat.TileBytes"/>].</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="rows">[count, columns], at most 32 rows.</param>
    public static void Unpack(ReadOnlySpan<byte> tile, int columns, int bits, Span<float> rows)
    {
        int blockBytes = PackedFormat.BlockBytes(bits);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = i / columns;
            int column = i % columns;
            ReadOnlySpan<byte> block = tile.Slice(column / Block * blockBytes, blockBytes);
            int weight = bits == 8
                ? block[Offset(row, column % Block)] - PackedFormat.Zero8
                : Nibble(block[Offset(row, column % 16)], column % Block >= 16) - Zero4(block, row);
            rows[i] = weight * (float)BinaryPrimitives.ReadHalfLittleEndian(block[(PackedFormat.ScaleOffset(bits) + (row * 2))..]);
        }
    }

    private static void Pack8(ReadOnlySpan<float> values, int row, Span<byte> target)
    {
        Half scale = UpTo(Math.Abs(TensorPrimitives.MaxMagnitude(values)) / 127);
        float inverse = Inverse(scale);
        for (int k = 0; k < Block; k++)
        {
            target[Offset(row, k)] = (byte)(Math.Clamp((int)MathF.Round(values[k] * inverse), -127, 127) + PackedFormat.Zero8);
        }
        WriteScale(scale, row, 8, target);
    }

    // The weights are rounded again with the scale as it is stored, so that its own rounding adds no error of its own.
    private static void Pack4(ReadOnlySpan<float> values, int row, Span<byte> target)
    {
        (float exact, int zero) = BlockQuantizer.LeastError4(values);
        Half scale = (Half)Math.Min(exact, (float)Half.MaxValue);
        float inverse = Inverse(scale);
        for (int k = 0; k < Block; k++)
        {
            int weight = Math.Clamp((int)MathF.Round(values[k] * inverse) + zero, 0, 15);
            target[Offset(row, k % 16)] |= (byte)(weight << (k / 16 * 4));
        }
        WriteScale(scale, row, 4, target);
        target[PackedFormat.ZeroOffset(4) + (row % 16)] |= (byte)(zero << (row / 16 * 4));
    }

    // Rounded upward: a scale rounded down would clip the largest weight.
    private static Half UpTo(float scale)
    {
        var half = (Half)Math.Min(scale, (float)Half.MaxValue);
        return (float)half < scale && half < Half.MaxValue ? Half.BitIncrement(half) : half;
    }

    private static float Inverse(Half scale) => scale == Half.Zero ? 0 : 1 / (float)scale;

    private static void WriteScale(Half scale, int row, int bits, Span<byte> target) =>
        BinaryPrimitives.WriteHalfLittleEndian(target[(PackedFormat.ScaleOffset(bits) + (row * 2))..], scale);

    private static int Offset(int row, int column) =>
        (column / PackedFormat.GroupColumns * PackedFormat.GroupBytes) + (row * PackedFormat.GroupColumns) + (column % PackedFormat.GroupColumns);

    private static int Nibble(byte pair, bool upper) => upper ? pair >> 4 : pair & 15;

    private static int Zero4(ReadOnlySpan<byte> block, int row) => Nibble(block[PackedFormat.ZeroOffset(4) + (row % 16)], row >= 16);
}
