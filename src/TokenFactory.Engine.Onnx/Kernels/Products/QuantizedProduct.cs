using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// y = x · Wᵀ + bias with <see cref="PackedFormat"/> weights, in two phases that any threads may share: rows are quantised, then tasks,
/// each some tiles against some rows, are computed. Neither allocates, locks or throws.
/// </summary>
internal readonly unsafe struct QuantizedProduct
{
    // Rows whose bytes stay in a core's second cache while tile after tile meets them.
    private const int RowChunkBytes = 384 << 10;
    private const int MostRows = 6;

    private static readonly nint[,,] Kernels = new nint[2, 9, 5];

    private readonly byte* _weights;
    private readonly float* _bias;
    private readonly int _bits;

    /// <param name="weights">The packed matrix.</param>
    /// <param name="features">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="bits">8 or 4.</param>
    /// <param name="bias">[features], or null.</param>
    public QuantizedProduct(byte* weights, int features, int columns, int bits, float* bias)
    {
        _weights = weights;
        Features = features;
        Columns = columns;
        _bits = bits;
        _bias = bias;
    }

    /// <summary>Whether this processor and system run the kernels.</summary>
    public static bool IsSupported { get; } = CodeMemory.IsSupported && Avx512Vbmi.IsSupported && HasVnni();

    public int Features { get; }

    public int Columns { get; }

    public long ScratchBytes(int rows) => (long)rows * RowQuantizer.RowBytes(Columns);

    /// <summary>Phase one, for some rows: x [rows, columns] into the scratch.</summary>
    public void QuantizeRows(float* x, byte* scratch, int first, int count)
    {
        int rowBytes = RowQuantizer.RowBytes(Columns);
        for (int row = first; row < first + count; row++)
        {
            RowQuantizer.Quantize(x + ((long)row * Columns), Columns, _bits, scratch + ((long)row * rowBytes));
        }
    }

    /// <summary>How the second phase is divided for so many threads.</summary>
    public ProductPlan Plan(int rows, int threads)
    {
        int rowChunk = Math.Max(MostRows, RowChunkBytes / RowQuantizer.RowBytes(Columns) / MostRows * MostRows);
        int rowChunks = (rows + rowChunk - 1) / rowChunk;
        int tiles = PackedFormat.Tiles(Features);
        // Several tasks a thread, so that one which is held up does not hold up all; each of whole groups of tiles.
        int tilesEach = Math.Max(1, tiles / Math.Max(1, threads * 4 / rowChunks));
        tilesEach = (tilesEach + 11) / 12 * 12;
        return new ProductPlan(rows, rowChunk, tilesEach, rowChunks, (tiles + tilesEach - 1) / tilesEach);
    }

    /// <summary>Phase two: one task of a plan, y [rows, features].</summary>
    public void Run(in ProductPlan plan, byte* scratch, float* y, int task)
    {
        int firstRow = task / plan.TileChunks * plan.RowChunk;
        int lastRow = Math.Min(firstRow + plan.RowChunk, plan.Rows);
        int firstTile = task % plan.TileChunks * plan.TilesEach;
        int lastTile = Math.Min(firstTile + plan.TilesEach, PackedFormat.Tiles(Features));
        // Rows are divided evenly: a last kernel of one or two rows would read the weights for them alone.
        int groups = (lastRow - firstRow + MostRows - 1) / MostRows;
        int rowsAtOnce = (lastRow - firstRow + groups - 1) / groups;
        int tilesAtOnce = Math.Min(4, ProductEmitter.MostSums / rowsAtOnce);
        int rowBytes = RowQuantizer.RowBytes(Columns);
        ProductCall call = new()
        {
            TileBytes = PackedFormat.TileBytes(Columns, _bits),
            RowBytes = rowBytes,
            Blocks = PackedFormat.Blocks(Columns),
            ResultBytes = (long)Features * sizeof(float),
        };
        for (int tile = firstTile; tile < lastTile; tile += tilesAtOnce)
        {
            int tiles = Math.Min(tilesAtOnce, lastTile - tile);
            int feature = tile * PackedFormat.TileFeatures;
            int missing = Math.Max(0, feature + (tiles * PackedFormat.TileFeatures) - Features);
            call.Weights = _weights + (tile * call.TileBytes);
            call.Bias = _bias == null ? null : _bias + feature;
            call.LastMask = 0xFFFF >> missing;
            for (int row = firstRow; row < lastRow; row += rowsAtOnce)
            {
                int rows = Math.Min(rowsAtOnce, lastRow - row);
                call.Rows = scratch + ((long)row * rowBytes);
                call.Results = y + ((long)row * Features) + feature;
                Kernel(rows, tiles)(&call);
            }
        }
    }

    // A kernel is a few microseconds at most and calls nothing: the collector may wait for it.
    private delegate* unmanaged[SuppressGCTransition]<ProductCall*, void> Kernel(int rows, int tiles)
    {
        ref nint slot = ref Kernels[_bits / 8, rows, tiles];
        if (slot == 0)
        {
            slot = (nint)CodeMemory.Place(ProductEmitter.Emit(_bits, rows, tiles));
        }
        return (delegate* unmanaged[SuppressGCTransition]<ProductCall*, void>)slot;
    }

    // Leaf 7 tells it in ecx; that the system saves the wide registers is what .NET's own checks say.
    private static bool HasVnni()
    {
        const int Vnni = 1 << 11;
        return X86Base.IsSupported && (X86Base.CpuId(7, 0).Ecx & Vnni) != 0;
    }
}

/// <summary>A division of a product: chunks of rows by chunks of tiles.</summary>
internal readonly record struct ProductPlan(int Rows, int RowChunk, int TilesEach, int RowChunks, int TileChunks)
{
    public int Tasks => RowChunks * TileChunks;
}
