using System.Runtime.InteropServices;
using TokenFactory.Benchmarks.Kernels;
using TokenFactory.Engine.Onnx.Attention;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Sequences of one length in a paged pool of one layer, and a step of attention over them on threads that never sleep.</summary>
internal sealed unsafe class AttentionLoad : IDisposable
{
    public const int Heads = 16;
    public const int KvHeads = 8;
    public const int HeadSize = 128;
    private const int BlockSize = 16;

    private readonly KvPool _pool;
    private readonly SpinTeam _team;
    private readonly float[] _packed;
    private readonly float[] _output;
    private readonly float[] _table;
    private readonly int[] _blocks;
    private readonly AttentionSlice[] _slices;
    private readonly byte[][] _scratch;
    private readonly Action<int> _prepare;
    private readonly Action<int> _attend;
    private AttentionArguments _args;
    private int _tasks;
    private int _next;

    /// <param name="team">Threads.</param>
    /// <param name="format">The pool's.</param>
    /// <param name="sequences">Sequences.</param>
    /// <param name="past">Tokens that each has before the step.</param>
    /// <param name="count">Tokens of each in the step.</param>
    public AttentionLoad(SpinTeam team, KvFormat format, int sequences, int past, int count)
    {
        KvPoolLayout layout = new(format, 1, KvHeads, HeadSize, BlockSize);
        int blocks = (past + count + BlockSize - 1) / BlockSize, tokens = sequences * count;
        (_team, _pool) = (team, new KvPool(layout, sequences * blocks));
        Random random = new(1);
        _packed = Pinned<float>(tokens * (Heads + (2 * KvHeads)) * HeadSize);
        _output = Pinned<float>(tokens * Heads * HeadSize);
        _table = Pinned<float>((past + count) * HeadSize / 2);
        for (int i = 0; i < _packed.Length; i++)
        {
            _packed[i] = random.NextSingle() - 0.5f;
        }
        _table.AsSpan().Fill(MathF.Sqrt(0.5f));
        _blocks = Pinned<int>(sequences * blocks);
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = i;
        }
        random.Shuffle(_blocks);
        _slices = Pinned<AttentionSlice>(sequences);
        for (int i = 0; i < sequences; i++)
        {
            _slices[i] = new AttentionSlice { Start = past, Count = count, FirstToken = i * count, Blocks = Address(_blocks) + (i * blocks) };
        }
        Bytes = (long)sequences * (past + count) * KvHeads * 2 * ((HeadSize * layout.ElementBytes) + (format == KvFormat.Int8 ? sizeof(float) : 0));
        new Span<byte>(_pool.Base, (int)_pool.ByteCount).Fill(1);
        _scratch = [.. Enumerable.Range(0, team.Threads).Select(_ => Pinned<byte>((int)PagedAttention.ScratchBytes(layout, Heads)))];
        _args = Arguments(layout, tokens);
        (_prepare, _attend) = (Prepare, Attend);
    }

    /// <summary>Bytes of keys and values that the step reads.</summary>
    public long Bytes { get; }

    public void Run()
    {
        (_tasks, _next) = (PagedAttention.PrepareTasks(_args), 0);
        _team.Run(_prepare);
        (_tasks, _next) = (PagedAttention.AttendTasks(_args), 0);
        _team.Run(_attend);
    }

    public void Dispose() => _pool.Dispose();

    private AttentionArguments Arguments(KvPoolLayout layout, int tokens) => new()
    {
        Layout = layout,
        Pool = _pool.Base,
        Heads = Heads,
        Packed = Address(_packed),
        Output = Address(_output),
        Slices = Address(_slices),
        SliceCount = _slices.Length,
        Tokens = tokens,
        Cosines = Address(_table),
        Sines = Address(_table),
        RotaryPairs = HeadSize / 2,
        Scale = 1 / MathF.Sqrt(HeadSize),
    };

    private void Prepare(int thread)
    {
        for (int task = Interlocked.Increment(ref _next) - 1; task < _tasks; task = Interlocked.Increment(ref _next) - 1)
        {
            PagedAttention.RunPrepare(_args, task);
        }
    }

    private void Attend(int thread)
    {
        byte* scratch = Address(_scratch[thread]);
        for (int task = Interlocked.Increment(ref _next) - 1; task < _tasks; task = Interlocked.Increment(ref _next) - 1)
        {
            PagedAttention.RunAttend(_args, task, scratch);
        }
    }

    private static T[] Pinned<T>(int count)
        where T : unmanaged => GC.AllocateArray<T>(count, pinned: true);

    private static T* Address<T>(T[] pinned)
        where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
