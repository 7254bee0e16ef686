namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Matrix products with packed weights, divided into tasks that any threads run in any order. Nothing here allocates, locks or
/// throws.
/// </summary>
internal static unsafe class Product
{
    // The activations that a group of rows needs stay in a second-level cache of a megabyte, beside a tile of weights.
    private const long GroupBytes = 512 << 10;

    // Enough work that taking a task costs nothing beside it, and little enough that threads finish together.
    private const long TaskBytes = 64 << 10;

    /// <summary>Whether this machine runs products.</summary>
    public static bool IsSupported => CpuLevels.Highest != CpuLevel.None;

    /// <summary>Bytes of scratch for the quantised activations of n rows.</summary>
    public static long ScratchBytes(int count, int columns) => count * RowQuantizer.RowBytes(columns);

    /// <summary>Quantises rows <paramref name="first"/> to <paramref name="end"/> for any number of products with them.</summary>
    /// <param name="input">[n, columns].</param>
    /// <param name="columns">Length of a row.</param>
    /// <param name="first">First row of this call; other threads may take other rows.</param>
    /// <param name="end">Row after the last.</param>
    /// <param name="scratch">[<see cref="ScratchBytes"/>] for all n rows; need not be aligned.</param>
    public static void Quantize(float* input, int columns, int first, int end, byte* scratch)
    {
        long rowBytes = RowQuantizer.RowBytes(columns);
        for (int row = first; row < end; row++)
        {
            RowQuantizer.Quantize(input + ((long)row * columns), columns, (ActivationBlock*)(scratch + (row * rowBytes)));
        }
    }

    /// <summary>The number of tasks that a product consists of.</summary>
    public static int Tasks(in ProductArguments product) => Groups(product) * TileRanges(product);

    /// <summary>Runs one task.</summary>
    /// <param name="product">The product.</param>
    /// <param name="task">0 to <see cref="Tasks"/> - 1.</param>
    public static void RunTask(in ProductArguments product, int task)
    {
        int groups = Groups(product);
        int ranges = TileRanges(product);
        (int firstRow, int endRow) = Part(product.Count, groups, task / ranges);
        (int firstTile, int endTile) = Part(PackedFormat.Tiles(product.Rows), ranges, task % ranges);
        for (int tile = firstTile; tile < endTile; tile++)
        {
            RunTile(product, tile, firstRow, endRow);
        }
    }

    private static void RunTile(in ProductArguments product, int tile, int firstRow, int endRow)
    {
        long rowBytes = RowQuantizer.RowBytes(product.Columns);
        int feature = tile * PackedFormat.TileRows;
        int width = Math.Min(PackedFormat.TileRows, product.Rows - feature);
        float* partial = stackalloc float[KernelTable.MostRows * PackedFormat.TileRows];
        KernelCall call = default;
        call.Weights = product.Weights + (tile * PackedFormat.TileBytes(product.Columns, product.Bits));
        call.ActivationStride = rowBytes;
        call.Blocks = PackedFormat.Blocks(product.Columns);
        call.OutputStride = (width == PackedFormat.TileRows ? product.OutputStride : PackedFormat.TileRows) * sizeof(float);
        call.NibbleMask = KernelCall.LowNibbles;
        int strips = (endRow - firstRow + product.Kernels->Rows - 1) / product.Kernels->Rows;
        for (int strip = 0; strip < strips; strip++)
        {
            (int first, int end) = Part(endRow - firstRow, strips, strip);
            float* output = product.Output + ((firstRow + first) * product.OutputStride) + feature;
            call.Activations = (ActivationBlock*)(product.Scratch + ((firstRow + first) * rowBytes));
            call.Output = width == PackedFormat.TileRows ? output : partial;
            product.Kernels->Run(end - first, &call);
            if (width != PackedFormat.TileRows)
            {
                CopyPartial(partial, output, product.OutputStride, end - first, width);
            }
        }
    }

    private static void CopyPartial(float* partial, float* output, long stride, int rows, int width)
    {
        for (int row = 0; row < rows; row++)
        {
            new Span<float>(partial + (row * PackedFormat.TileRows), width).CopyTo(new Span<float>(output + (row * stride), width));
        }
    }

    private static int Groups(in ProductArguments product)
    {
        long rows = Math.Max(KernelTable.MostRows, GroupBytes / RowQuantizer.RowBytes(product.Columns));
        return (int)((product.Count + rows - 1) / rows);
    }

    private static int TileRanges(in ProductArguments product)
    {
        int tiles = PackedFormat.Tiles(product.Rows);
        long size = PackedFormat.TileBytes(product.Columns, product.Bits) * Math.Min(product.Count, KernelTable.MostRows);
        return (int)Math.Clamp(tiles * size / TaskBytes, 1, tiles);
    }

    // Equal parts of a range, the surplus spread over them.
    private static (int First, int End) Part(int length, int parts, int part) =>
        ((int)((long)length * part / parts), (int)((long)length * (part + 1) / parts));
}
