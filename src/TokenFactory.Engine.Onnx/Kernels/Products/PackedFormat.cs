namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// The form of a weight matrix [rows, columns] that the products read: tiles of 32 rows (output features), one after the other;
/// in a tile, blocks of 32 columns; in a block, everything that belongs to it, read once from front to back.
/// <para>Of 8 bits: 8 groups of 4 columns, each 32 rows × 4 columns of unsigned bytes (the weight over its scale, plus 128); then
/// the 32 rows' scales as float16.</para>
/// <para>Of 4 bits: 4 groups of 32 rows × 4 columns of bytes, whose lower halves hold columns 4g to 4g + 3 and whose upper halves
/// hold columns 16 further on; the 32 scales; then 16 bytes of zero points, rows 0 to 15 in the lower halves, 16 to 31 in the
/// upper.</para>
/// Missing rows and columns at the edges are weights of zero.
/// </summary>
internal static class PackedFormat
{
    /// <summary>Output features that lie together.</summary>
    public const int TileRows = 32;

    /// <summary>Columns that share a scale.</summary>
    public const int BlockColumns = 32;

    /// <summary>Columns that one dot product instruction takes at a time.</summary>
    public const int GroupColumns = 4;

    /// <summary>Bytes of a group of columns, for all rows of the tile.</summary>
    public const int GroupBytes = TileRows * GroupColumns;

    /// <summary>What 8-bit weights are stored above.</summary>
    public const int Zero8 = 128;

    /// <summary>Bytes of a block's weights; its scales follow.</summary>
    public static int ScaleOffset(int bits) => TileRows * BlockColumns * bits / 8;

    /// <summary>Where the zero points of a block of 4 bits lie.</summary>
    public static int ZeroOffset(int bits) => ScaleOffset(bits) + (TileRows * sizeof(ushort));

    /// <summary>Bytes of a block with all that belongs to it.</summary>
    public static int BlockBytes(int bits) => ZeroOffset(bits) + (bits == 4 ? TileRows / 2 : 0);

    public static int Blocks(int columns) => (columns + BlockColumns - 1) / BlockColumns;

    public static int Tiles(int rows) => (rows + TileRows - 1) / TileRows;

    /// <summary>Bytes of one tile of a matrix with so many columns.</summary>
    public static long TileBytes(int columns, int bits) => (long)Blocks(columns) * BlockBytes(bits);

    /// <summary>Bytes of a packed matrix.</summary>
    public static long ByteCount(int rows, int columns, int bits) => Tiles(rows) * TileBytes(columns, bits);
}
