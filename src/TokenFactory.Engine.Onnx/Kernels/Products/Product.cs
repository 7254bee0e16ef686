using System.Numerics.Tensors;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Matrix products with packed weights, divided into tasks that any threads run in any order. Nothing here allocates, locks or
/// throws.
/// </summary>
internal static unsafe class Product
{
    // The activations that a group of rows needs stay in a second-level cache of a megabyte, beside a tile of weights.
    private const long GroupBytes = 512 << 10;

    // Weights that a task reads, or the products with them that take as long. A thread must stay with consecutive weights for as long
    // as this to reach the memory's bandwidth: a fetch that was ahead at the end of a task was in vain.
    private const long TaskBytes = 1 << 20;

    // Several rows take long over the same weights: the memory is not what they wait for, and short tasks spread them better.
    private const long TaskBytesOfStrips = TaskBytes / 4;

    // Covers the time that memory takes at the rate at which a few rows use up weights.
    private const long FetchAheadBytes = 8192;

    /// <summary>Whether this machine runs products.</summary>
    public static bool IsSupported => CpuLevels.Highest != CpuLevel.None;

    /// <summary>
    /// Rows that one pass over the weights multiplies: as many take little longer than one, which waits for the memory. What ONNX Runtime
    /// multiplies instead, on machines without kernels, is bound alike.
    /// </summary>
    public static int RowsForOne => IsSupported ? ProductKernels.Of(CpuLevels.Highest).Table(bits: 4)->Rows : KernelTable.MostRows;

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
        int tile = endRow - firstRow == 1 && product.Kernels->FourTiles != 0 ? RunApart(product, firstTile, endTile, firstRow) : firstTile;
        for (; tile < endTile; tile++)
        {
            RunTile(product, tile, firstRow, endRow);
        }
    }

    /// <summary>Runs a row with whole tiles of a range, read as several runs side by side, and returns the first tile that is left.</summary>
    private static int RunApart(in ProductArguments product, int firstTile, int endTile, int row)
    {
        int each = (Math.Min(endTile, product.Rows / PackedFormat.TileRows) - firstTile) / KernelTable.TilesTogether;
        long tileBytes = PackedFormat.TileBytes(product.Columns, product.Bits);
        KernelCall call = default;
        call.Activations = (ActivationBlock*)(product.Scratch + (row * RowQuantizer.RowBytes(product.Columns)));
        call.Blocks = PackedFormat.Blocks(product.Columns);
        call.TileStride = each * tileBytes;
        call.OutputStride = (long)each * PackedFormat.TileRows * sizeof(float);
        call.NibbleMask = KernelCall.LowNibbles;
        for (int tile = firstTile; tile < firstTile + each; tile++)
        {
            call.Weights = product.Weights + (tile * tileBytes);
            call.Output = product.Output + (row * product.OutputStride) + (tile * PackedFormat.TileRows);
            product.Kernels->RunFourTiles(&call);
        }
        int done = Math.Max(0, each) * KernelTable.TilesTogether;
        if (product.Bias != null && done > 0)
        {
            int feature = firstTile * PackedFormat.TileRows;
            AddBias(product.Output + (row * product.OutputStride) + feature, product.OutputStride, rows: 1, new ReadOnlySpan<float>(product.Bias + feature, done * PackedFormat.TileRows));
        }
        return firstTile + done;
    }

    private static void RunTile(in ProductArguments product, int tile, int firstRow, int endRow)
    {
        long rowBytes = RowQuantizer.RowBytes(product.Columns);
        int feature = tile * PackedFormat.TileRows;
        int width = Math.Min(PackedFormat.TileRows, product.Rows - feature);
        int strips = (endRow - firstRow + product.Kernels->Rows - 1) / product.Kernels->Rows;
        float* partial = stackalloc float[KernelTable.MostRows * PackedFormat.TileRows];
        KernelCall call = default;
        long tileBytes = PackedFormat.TileBytes(product.Columns, product.Bits);
        call.Weights = product.Weights + (tile * tileBytes);
        call.ActivationStride = rowBytes;
        call.Blocks = PackedFormat.Blocks(product.Columns);
        call.OutputStride = (width == PackedFormat.TileRows ? product.OutputStride : PackedFormat.TileRows) * sizeof(float);
        call.Ahead = strips == 1 ? FetchAheadBytes : tileBytes;
        call.NibbleMask = KernelCall.LowNibbles;
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
            if (product.Bias != null)
            {
                AddBias(output, product.OutputStride, end - first, new ReadOnlySpan<float>(product.Bias + feature, width));
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

    private static void AddBias(float* output, long stride, int rows, ReadOnlySpan<float> bias)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = new(output + (row * stride), bias.Length);
            TensorPrimitives.Add(values, bias, values);
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
        long size = tiles * PackedFormat.TileBytes(product.Columns, product.Bits) * Math.Max(1, product.Count / Math.Max(1, Groups(product)) / KernelTable.MostRows);
        long each = Math.Max(1, size / (product.Count > KernelTable.MostRows ? TaskBytesOfStrips : TaskBytes) / product.Threads);
        return (int)Math.Min(tiles, each * product.Threads);
    }

    // Equal parts of a range, the surplus spread over them.
    private static (int First, int End) Part(int length, int parts, int part) =>
        ((int)((long)length * part / parts), (int)((long)length * (part + 1) / parts));
}
