namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// A weight matrix [features, columns] as the products read it: tiles of 16 features, each a run of blocks of 32 columns. A block holds
/// groups of 4 columns, 64 bytes each with feature f's 4 weights at 4·f, unsigned; then 16 scales in float16. Of 8 bits there are eight
/// groups and w = (u - 128) · scale; of 4 bits a group's byte holds a weight of columns 0 to 15 in its lower and one of 16 to 31 in its
/// upper half, sixteen zero points follow the scales, and w = (u - zero) · scale. What lies beyond the matrix is zero.
/// </summary>
internal static class PackedFormat
{
    /// <summary>Features of a tile.</summary>
    public const int TileFeatures = 16;

    /// <summary>Columns that share a scale.</summary>
    public const int BlockColumns = 32;

    /// <summary>The value that stands for 0 in 8 bits.</summary>
    public const int Zero8 = 128;

    public static int Blocks(int columns) => (columns + BlockColumns - 1) / BlockColumns;

    public static int Tiles(int features) => (features + TileFeatures - 1) / TileFeatures;

    /// <summary>Bytes of the weights of a block, where its scales begin.</summary>
    public static int WeightBytes(int bits) => TileFeatures * BlockColumns * bits / 8;

    /// <summary>Where a block's zero points begin; of 4 bits only.</summary>
    public static int ZerosOffset(int bits) => WeightBytes(bits) + (TileFeatures * sizeof(ushort));

    public static int BlockBytes(int bits) => ZerosOffset(bits) + (bits == 4 ? TileFeatures : 0);

    public static long TileBytes(int columns, int bits) => (long)Blocks(columns) * BlockBytes(bits);

    public static long ByteCount(int features, int columns, int bits) => Tiles(features) * TileBytes(columns, bits);
}
