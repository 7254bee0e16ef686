using System.Numerics.Tensors;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Tests.Emulation;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>A layer of a paged KV cache with some sequences in it, and what attention over it gives in double.</summary>
internal sealed class AttentionCase
{
    // A kept number times this is the key or the value, with FP8.
    public const float KeyScale = 0.015f;
    public const float ValueScale = 0.0125f;

    private readonly bool _isHalf;
    private readonly Random _random;
    private readonly double[] _keys;
    private readonly double[] _values;

    /// <param name="isHalf">Whether elements are fp16.</param>
    /// <param name="shape">The KV cache's.</param>
    /// <param name="kvHeads">Heads of keys.</param>
    /// <param name="group">Query heads of each.</param>
    /// <param name="contexts">Tokens that each sequence has in the cache.</param>
    /// <param name="seed">Of the numbers.</param>
    public AttentionCase(bool isHalf, KvShape shape, int kvHeads, int group, int[] contexts, int seed)
    {
        (_isHalf, Shape, KvHeads, Group, Contexts) = (isHalf, shape, kvHeads, group, contexts);
        _random = new Random(seed);
        TableStride = contexts.Max(BlocksOf) + 1;
        int blocks = contexts.Sum(BlocksOf) + 3;
        int[] shuffled = [.. Enumerable.Range(0, blocks)];
        _random.Shuffle(shuffled);
        Tables = new int[contexts.Length * TableStride];
        // No kernel follows a table beyond its sequence's last block.
        Tables.AsSpan().Fill(1 << 28);
        int used = 0;
        for (int row = 0; row < contexts.Length; row++)
        {
            for (int block = 0; block < BlocksOf(contexts[row]); block++)
            {
                Tables[(row * TableStride) + block] = shuffled[used++];
            }
        }
        Keys = Plane(blocks);
        Values = Plane(blocks);
        for (int row = 0; row < contexts.Length; row++)
        {
            for (int position = 0; position < contexts[row]; position++)
            {
                for (int head = 0; head < kvHeads; head++)
                {
                    Fill(Keys, Place(row, position, head), 1);
                    Fill(Values, Place(row, position, head), 1);
                }
            }
        }
        int count = Keys.Length / (shape.IsFp8 ? 1 : 2);
        _keys = [.. Enumerable.Range(0, count).Select(place => Kept(Keys, place, KeyScale))];
        _values = [.. Enumerable.Range(0, count).Select(place => Kept(Values, place, ValueScale))];
    }

    public KvShape Shape { get; }

    public int KvHeads { get; }

    public int Group { get; }

    public int[] Contexts { get; }

    public int QueryHeads => KvHeads * Group;

    public int TableStride { get; }

    public int[] Tables { get; }

    public byte[] Keys { get; }

    public byte[] Values { get; }

    public int QkvStride => (QueryHeads + (2 * KvHeads)) * Shape.HeadSize;

    public float Scale => (float)(1 / Math.Sqrt(Shape.HeadSize));

    public float SoftCap { get; init; }

    public int Window { get; init; }

    /// <summary>A logit for each query head that has no value; null for none.</summary>
    public ushort[]? Sinks { get; init; }

    /// <summary>Rows of queries, with keys and values behind them that attention does not read.</summary>
    public ushort[] Queries(int tokens)
    {
        ushort[] qkv = Elements.Random(_random.Next(), tokens * QkvStride, _isHalf, 1.5);
        for (int token = 0; token < tokens; token++)
        {
            qkv.AsSpan((token * QkvStride) + (QueryHeads * Shape.HeadSize), 2 * KvHeads * Shape.HeadSize).Fill(NotANumber);
        }
        return qkv;
    }

    /// <summary>
    /// What one query gives, a number a head and place, and how far a kernel may be off: it rounds each weight to an element before it
    /// multiplies a value by it, and rounds the result.
    /// </summary>
    public void Reference(ReadOnlySpan<ushort> query, int row, int position, Span<double> result, Span<double> most)
    {
        int first = Window > 0 ? Math.Max(0, position - Window + 1) : 0, size = Shape.HeadSize;
        double[] weights = new double[position + 1], numbers = [.. query.ToArray().Select(bits => (double)Elements.ToFloat(bits, _isHalf))];
        double[] part = new double[size];
        result.Clear();
        most.Clear();
        for (int head = 0; head < QueryHeads; head++)
        {
            double largest = double.NegativeInfinity;
            for (int key = first; key <= position; key++)
            {
                int place = Place(row, key, head / Group);
                double score = TensorPrimitives.Dot<double>(numbers.AsSpan(head * size, size), _keys.AsSpan(place, size)) * Scale;
                weights[key] = SoftCap > 0 ? SoftCap * Math.Tanh(score / SoftCap) : score;
                largest = Math.Max(largest, weights[key]);
            }
            double sum = Sinks is null ? 0 : Math.Exp(Elements.ToFloat(Sinks[head], _isHalf) - largest);
            for (int key = first; key <= position; key++)
            {
                sum += weights[key] = Math.Exp(weights[key] - largest);
            }
            for (int key = first; key <= position; key++)
            {
                int place = Place(row, key, head / Group);
                ReadOnlySpan<double> value = _values.AsSpan(place, size);
                Span<double> to = result.Slice(head * size, size), sizes = most.Slice(head * size, size);
                TensorPrimitives.MultiplyAdd(value, weights[key] / sum, to, to);
                TensorPrimitives.Abs(value, part);
                TensorPrimitives.MultiplyAdd(part, weights[key] / sum, sizes, sizes);
            }
        }
        for (int i = 0; i < result.Length; i++)
        {
            most[i] = (1.05 * Elements.Rounding(_isHalf) * (most[i] + Math.Abs(result[i]))) + 2e-5;
        }
    }

    private ushort NotANumber => (ushort)(_isHalf ? 0x7e00 : 0x7fc0);

    private int BlocksOf(int tokens) => (tokens + Shape.BlockSize - 1) / Shape.BlockSize;

    private int Place(int row, int position, int head)
    {
        int block = Tables[(row * TableStride) + (position / Shape.BlockSize)];
        return ((((block * KvHeads) + head) * Shape.BlockSize) + (position % Shape.BlockSize)) * Shape.HeadSize;
    }

    // Places without a token hold what a sequence that went wrong may have left in them: no numbers.
    private byte[] Plane(int blocks)
    {
        int count = blocks * KvHeads * Shape.BlockSize * Shape.HeadSize;
        byte[] plane = new byte[count * (Shape.IsFp8 ? 1 : 2)];
        if (Shape.IsFp8)
        {
            plane.AsSpan().Fill(0x7f);
        }
        else
        {
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(plane.AsSpan()).Fill(NotANumber);
        }
        return plane;
    }

    private void Fill(byte[] plane, int place, double scale)
    {
        for (int i = 0; i < Shape.HeadSize; i++)
        {
            double number = Elements.Normal(_random) * scale;
            if (Shape.IsFp8)
            {
                // Any byte but those that are no number, so that every one of them is met.
                byte bits = (byte)_random.Next(256);
                plane[place + i] = (bits & 0x7f) == 0x7f || (bits & 0x7f) > 0x70 ? (byte)(bits & 0x8f) : bits;
                continue;
            }
            BitConverter.TryWriteBytes(plane.AsSpan(2 * (place + i)), Elements.From(number, _isHalf));
        }
    }

    // E4M3 times its scale becomes an element before it is multiplied.
    private double Kept(byte[] plane, int place, float scale) =>
        Shape.IsFp8 ? Elements.Round((float)Elements.FromE4M3(plane[place]) * scale, _isHalf) : Elements.ToFloat(BitConverter.ToUInt16(plane, 2 * place), _isHalf);
}
