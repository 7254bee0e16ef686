using TokenFactory.Engine.Onnx.Kernels;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>A product of random matrices, all of its memory guarded, with what it should be beside what the kernels make of it.</summary>
internal sealed unsafe class ProductCase : IDisposable
{
    /// <summary>Values between the rows of the output, which nobody may write.</summary>
    public const int Gap = 3;

    /// <summary>What the gaps hold.</summary>
    public const float Untouched = 12345.5f;

    private readonly GuardedMemory _packed;
    private readonly GuardedMemory _input;
    private readonly GuardedMemory _scratch;
    private readonly GuardedMemory _output;

    public ProductCase(int count, int rows, int columns, int bits, int seed = 1)
    {
        (Count, Rows, Columns, Bits) = (count, rows, columns, bits);
        Random random = new(seed);
        Weights = Uniform(random, rows * columns);
        _packed = new GuardedMemory(PackedFormat.ByteCount(rows, columns, bits));
        _input = new GuardedMemory((long)count * columns * sizeof(float));
        _scratch = new GuardedMemory(Product.ScratchBytes(count, columns));
        _output = new GuardedMemory((((long)(count - 1) * (rows + Gap)) + rows) * sizeof(float));
        Uniform(random, count * columns).CopyTo(_input.Floats);
    }

    public int Count { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int Bits { get; }

    public float[] Weights { get; }

    public Span<float> Input => _input.Floats;

    public Span<float> Output => _output.Floats;

    public float Result(int row, int feature) => Output[(row * (Rows + Gap)) + feature];

    /// <summary>Packs, quantises and multiplies with the kernels of a level.</summary>
    public void Run(CpuLevel level)
    {
        Pack();
        Output.Fill(Untouched);
        Product.Quantize((float*)_input.Start, Columns, 0, Count, _scratch.Start);
        ProductArguments product = new()
        {
            Weights = _packed.Start,
            Scratch = _scratch.Start,
            Output = (float*)_output.Start,
            OutputStride = Rows + Gap,
            Count = Count,
            Rows = Rows,
            Columns = Columns,
            Bits = Bits,
            Kernels = ProductKernels.Of(level).Table(Bits),
        };
        for (int task = Product.Tasks(product) - 1; task >= 0; task--)
        {
            Product.RunTask(product, task);
        }
    }

    /// <summary>The packed weights' own values, [rows, columns].</summary>
    public float[] Unpacked()
    {
        float[] values = new float[Rows * Columns];
        ForTiles((tile, range) => TilePacker.Unpack(tile, Columns, Bits, values.AsSpan(range)));
        return values;
    }

    /// <summary>What a row's quantised activations stand for, [columns].</summary>
    public double[] Activations(int row)
    {
        var blocks = (ActivationBlock*)(_scratch.Start + (row * RowQuantizer.RowBytes(Columns)));
        double[] values = new double[Columns];
        for (int k = 0; k < Columns; k++)
        {
            ActivationBlock* block = blocks + (k / PackedFormat.BlockColumns);
            values[k] = block->Values[k % PackedFormat.BlockColumns] * (double)block->Scale;
        }
        return values;
    }

    /// <summary>Packs the weights.</summary>
    public void Pack() => ForTiles((tile, range) => TilePacker.Pack(Weights.AsSpan(range), Columns, Bits, tile));

    public void Dispose()
    {
        _packed.Dispose();
        _input.Dispose();
        _scratch.Dispose();
        _output.Dispose();
    }

    private void ForTiles(TileAction action)
    {
        int tileBytes = (int)PackedFormat.TileBytes(Columns, Bits);
        for (int tile = 0; tile < PackedFormat.Tiles(Rows); tile++)
        {
            int end = Math.Min((tile + 1) * PackedFormat.TileRows, Rows);
            action(_packed.Bytes.Slice(tile * tileBytes, tileBytes), (tile * PackedFormat.TileRows * Columns)..(end * Columns));
        }
    }

    private static float[] Uniform(Random random, int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }
        return values;
    }

    private delegate void TileAction(Span<byte> tile, Range rows);
}
