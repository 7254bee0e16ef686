using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Attention;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Attention;

/// <summary>A pool with sequences in it, whose memory is followed and preceded by guard bytes, and the steps computed over it.</summary>
internal sealed unsafe class AttentionBench : IDisposable
{
    private const int Guard = 256;
    private const byte GuardByte = 0xa5;

    private readonly AttentionShape _shape;
    private readonly int _blocks;
    private readonly byte* _memory;
    private readonly long _poolBytes;
    private readonly Random _random;
    private readonly Queue<int> _free;

    public AttentionBench(AttentionShape shape, int blocks, int seed)
    {
        (_shape, _blocks, _random) = (shape, blocks, new Random(seed));
        Weights = new AttentionWeights(shape, seed);
        _poolBytes = shape.Layout.BlockBytes * blocks;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(_poolBytes + (2 * Guard)), KvPoolLayout.Alignment);
        // Places without a token hold what another model's step may have left in them: no numbers.
        new Span<byte>(_memory, (int)(_poolBytes + (2 * Guard))).Fill(0xff);
        new Span<byte>(_memory, Guard).Fill(GuardByte);
        new Span<byte>(_memory + Guard + _poolBytes, Guard).Fill(GuardByte);
        int[] shuffled = [.. Enumerable.Range(0, blocks)];
        _random.Shuffle(shuffled);
        _free = new Queue<int>(shuffled);
    }

    public AttentionWeights Weights { get; }

    /// <summary>Bytes of the pool.</summary>
    public ReadOnlySpan<byte> Pool => new(_memory + Guard, (int)_poolBytes);

    /// <summary>A sequence of random rows and blocks of its own.</summary>
    public TestSequence Add(int tokens)
    {
        float[] rows = new float[tokens * _shape.PackedStride];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (_random.NextSingle() - 0.5f) * 4;
        }
        return new TestSequence(rows, Table(tokens, []));
    }

    /// <summary>A sequence whose first rows and blocks are another's.</summary>
    public TestSequence Fork(TestSequence from, int sharedBlocks, int tokens)
    {
        TestSequence fork = Add(tokens);
        int shared = sharedBlocks * _shape.BlockSize * _shape.PackedStride;
        from.Rows.AsSpan(0, shared).CopyTo(fork.Rows);
        return fork with { Blocks = Table(tokens, from.Blocks[..sharedBlocks]) };
    }

    /// <summary>Computes tokens <c>Start</c> to <c>Start + Count - 1</c> of each sequence.</summary>
    /// <returns>[tokens, output stride].</returns>
    public float[] Step(int order, params (TestSequence Sequence, int Start, int Count)[] parts)
    {
        AttentionSlice* slices = stackalloc AttentionSlice[parts.Length];
        int tokens = parts.Sum(part => part.Count);
        float[] packed = GC.AllocateArray<float>(tokens * _shape.PackedStride, pinned: true);
        float[] output = GC.AllocateArray<float>((tokens * _shape.OutputStride) + (2 * Guard), pinned: true);
        output.AsSpan().Fill(12345);
        int first = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            (TestSequence sequence, int start, int count) = parts[i];
            sequence.Rows.AsSpan(start * _shape.PackedStride, count * _shape.PackedStride).CopyTo(packed.AsSpan(first * _shape.PackedStride));
            slices[i] = new AttentionSlice { Start = start, Count = count, FirstToken = first, Blocks = Address(sequence.Blocks) };
            first += count;
        }
        AttentionArguments args = Arguments(Address(packed), Address(output) + Guard, slices, parts.Length, tokens);
        Run(args, new Random(order));
        AssertGuards(output);
        return output[Guard..^Guard];
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private AttentionArguments Arguments(float* packed, float* output, AttentionSlice* slices, int count, int tokens) => new()
    {
        Layout = _shape.Layout,
        Pool = _memory + Guard,
        Layer = AttentionShape.Layer,
        Heads = _shape.Heads,
        Packed = packed,
        Output = output,
        Slices = slices,
        SliceCount = count,
        Tokens = tokens,
        QueryNorm = _shape.IsNormed ? Address(Weights.QueryNorm) : null,
        KeyNorm = _shape.IsNormed ? Address(Weights.KeyNorm) : null,
        NormEpsilon = AttentionShape.Epsilon,
        Cosines = Address(Weights.Cosines),
        Sines = Address(Weights.Sines),
        RotaryPairs = _shape.RotaryPairs,
        Scale = _shape.Scale,
        Window = _shape.Window,
        SoftCap = _shape.SoftCap,
    };

    private void Run(in AttentionArguments args, Random order)
    {
        foreach (int task in Shuffled(PagedAttention.PrepareTasks(args), order))
        {
            PagedAttention.RunPrepare(args, task);
        }
        int bytes = (int)PagedAttention.ScratchBytes(_shape.Layout, _shape.Heads);
        byte[] scratch = GC.AllocateArray<byte>(bytes + Guard, pinned: true);
        fixed (byte* memory = scratch)
        {
            foreach (int task in Shuffled(PagedAttention.AttendTasks(args), order))
            {
                // What an earlier task left means nothing.
                scratch.AsSpan().Fill(0xff);
                scratch.AsSpan(bytes).Fill(GuardByte);
                PagedAttention.RunAttend(args, task, memory);
                Assert.False(scratch.AsSpan(bytes).ContainsAnyExcept(GuardByte));
            }
        }
    }

    private void AssertGuards(float[] output)
    {
        Assert.False(new ReadOnlySpan<byte>(_memory, Guard).ContainsAnyExcept(GuardByte));
        Assert.False(new ReadOnlySpan<byte>(_memory + Guard + _poolBytes, Guard).ContainsAnyExcept(GuardByte));
        Assert.False(output.AsSpan(0, Guard).ContainsAnyExcept(12345));
        Assert.False(output.AsSpan(output.Length - Guard).ContainsAnyExcept(12345));
    }

    private static int[] Shuffled(int tasks, Random order)
    {
        int[] numbers = [.. Enumerable.Range(0, tasks)];
        order.Shuffle(numbers);
        return numbers;
    }

    private int[] Table(int tokens, int[] shared)
    {
        int[] blocks = GC.AllocateArray<int>((tokens + _shape.BlockSize - 1) / _shape.BlockSize, pinned: true);
        shared.CopyTo(blocks, 0);
        for (int i = shared.Length; i < blocks.Length; i++)
        {
            blocks[i] = _free.Dequeue();
        }
        return blocks;
    }

    private static T* Address<T>(T[] pinned)
        where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
