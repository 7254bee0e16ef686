using System.Diagnostics;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Kernels;
using TokenFactory.Engine.Onnx.Kernels.Products;

namespace TokenFactory.Benchmarks.Kernels;

/// <summary>
/// One shape of product over and over, with enough copies of the weights, taken in turn, that no cache holds them: in a model, too,
/// all the other weights are read between two uses of the same.
/// </summary>
internal sealed unsafe class ProductLoad : IDisposable
{
    private const long CopiesBytes = 1L << 30;

    private readonly byte* _weights;
    private readonly byte* _scratch;
    private readonly float* _input;
    private readonly float* _output;
    private readonly int _copies;
    private readonly int _count;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _bits;
    private readonly CpuLevel _level;
    private int _taken;

    public ProductLoad(CpuLevel level, int count, int rows, int columns, int bits)
    {
        (_level, _count, _rows, _columns, _bits) = (level, count, rows, columns, bits);
        WeightBytes = PackedFormat.ByteCount(rows, columns, bits);
        _copies = (int)Math.Max(2, CopiesBytes / WeightBytes);
        _weights = (byte*)NativeMemory.AlignedAlloc((nuint)(_copies * WeightBytes), 4096);
        _scratch = (byte*)NativeMemory.AlignedAlloc((nuint)Product.ScratchBytes(count, columns), 4096);
        _input = (float*)NativeMemory.AlignedAlloc((nuint)((long)count * columns * sizeof(float)), 4096);
        _output = (float*)NativeMemory.AlignedAlloc((nuint)((long)count * rows * sizeof(float)), 4096);
        Fill();
    }

    public long WeightBytes { get; }

    /// <summary>Seconds of a product with the quantisation of its activations: the best round of several.</summary>
    public double Seconds(int threads, int rounds, double roundSeconds)
    {
        using SpinTeam team = new(threads);
        double best = double.PositiveInfinity;
        int turns = 1;
        for (int round = 0; round < rounds; round++)
        {
            double seconds = Round(team, turns);
            best = Math.Min(best, seconds / turns);
            turns = (int)Math.Clamp(roundSeconds / best, 1, 100_000);
        }
        return best;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_weights);
        NativeMemory.AlignedFree(_scratch);
        NativeMemory.AlignedFree(_input);
        NativeMemory.AlignedFree(_output);
    }

    private double Round(SpinTeam team, int turns)
    {
        double seconds = 0;
        team.Run(index =>
        {
            team.Meet();
            long start = Stopwatch.GetTimestamp();
            for (int turn = 0; turn < turns; turn++)
            {
                Turn(team, index, turn % _copies);
            }
            if (index == 0)
            {
                seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        });
        return seconds;
    }

    private void Turn(SpinTeam team, int index, int copy)
    {
        ProductArguments product = new()
        {
            Weights = _weights + (copy * WeightBytes),
            Scratch = _scratch,
            Output = _output,
            OutputStride = _rows,
            Count = _count,
            Rows = _rows,
            Columns = _columns,
            Bits = _bits,
            Threads = team.Threads,
            Kernels = ProductKernels.Of(_level).Table(_bits),
        };
        Product.Quantize(_input, _columns, _count * index / team.Threads, _count * (index + 1) / team.Threads, _scratch);
        Volatile.Write(ref _taken, 0);
        team.Meet();
        int tasks = Product.Tasks(product);
        for (int task = Interlocked.Increment(ref _taken); task <= tasks; task = Interlocked.Increment(ref _taken))
        {
            Product.RunTask(product, task - 1);
        }
        team.Meet();
    }

    private void Fill()
    {
        Random random = new(1);
        float[] tile = new float[PackedFormat.TileRows * _columns];
        for (int i = 0; i < tile.Length; i++)
        {
            tile[i] = random.NextSingle() - 0.5f;
        }
        int tileBytes = (int)PackedFormat.TileBytes(_columns, _bits);
        Span<byte> first = new(_weights, tileBytes);
        TilePacker.Pack(tile, _columns, _bits, first);
        for (long offset = tileBytes; offset < _copies * WeightBytes; offset += tileBytes)
        {
            first.CopyTo(new Span<byte>(_weights + offset, tileBytes));
        }
        for (int i = 0; i < _count * _columns; i++)
        {
            _input[i] = random.NextSingle() - 0.5f;
        }
    }
}
