using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Weights;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>Quantises rows of a matrix into tiles of <see cref="PackedFormat"/>.</summary>
internal static class TilePacker
{
    /// <param name="rows">Up to 16 rows, [rows, columns].</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="bits">8 or 4.</param>
    /// <param name="tile">The tile's bytes, all written.</param>
    public static void Pack(ReadOnlySpan<float> rows, int columns, int bits, Span<byte> tile)
    {
        int blocks = PackedFormat.Blocks(columns);
        int blockBytes = PackedFormat.BlockBytes(bits);
        Span<byte> quantized = stackalloc byte[PackedFormat.BlockColumns];
        for (int block = 0; block < blocks; block++)
        {
            Span<byte> target = tile.Slice(block * blockBytes, blockBytes);
            Span<Half> scales = MemoryMarshal.Cast<byte, Half>(target.Slice(PackedFormat.WeightBytes(bits), PackedFormat.TileFeatures * sizeof(ushort)));
            target[..PackedFormat.WeightBytes(bits)].Clear();
            for (int feature = 0; feature < PackedFormat.TileFeatures; feature++)
            {
                ReadOnlySpan<float> row = feature < rows.Length / columns ? rows.Slice(feature * columns, columns) : [];
                ReadOnlySpan<float> weights = row.IsEmpty ? [] : row[(block * PackedFormat.BlockColumns)..Math.Min((block + 1) * PackedFormat.BlockColumns, columns)];
                (scales[feature], byte zero) = BlockQuantizer.Quantize(weights, bits, quantized);
                if (bits == 4)
                {
                    target[PackedFormat.ZerosOffset(bits) + feature] = zero;
                }
                Place(quantized, bits, feature, target);
            }
        }
    }

    private static void Place(ReadOnlySpan<byte> quantized, int bits, int feature, Span<byte> target)
    {
        for (int column = 0; column < quantized.Length; column++)
        {
            int within = bits == 8 ? column : column % 16;
            ref byte at = ref target[(within / 4 * 64) + (feature * 4) + (within % 4)];
            at |= (byte)(bits == 4 && column >= 16 ? quantized[column] << 4 : quantized[column]);
        }
    }
}
