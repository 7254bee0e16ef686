using System.Buffers;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Speculation;

namespace TokenFactory.Engine.Sequences;

/// <summary>
/// One prompt and what has been generated for it. <see cref="ComputedCount"/> lags the known tokens, and scheduling is nothing but
/// closing that lag. Owned by the engine loop's thread.
/// </summary>
public sealed class Sequence
{
    // Most answers are shorter: they never move to a larger array.
    private const int RoomAtFirst = 512;

    private int[] _tokens;
    private UInt128[] _blockHashes = [];
    private List<long>? _preemptedAt;
    private DraftPace _pace;

    /// <param name="id">Unique within the engine, growing with arrival.</param>
    /// <param name="lane">The queue it waits in.</param>
    /// <param name="prompt">The prompt's tokens, at least one; copied.</param>
    /// <param name="maxNewTokens">Most tokens to generate; 0 for a prompt that is pooled instead.</param>
    /// <param name="sampling">How to choose tokens.</param>
    public Sequence(long id, Lane lane, ReadOnlySpan<int> prompt, int maxNewTokens, SamplingState sampling)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompt));
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        Id = id;
        Lane = lane;
        PromptCount = prompt.Length;
        MaxNewTokens = maxNewTokens;
        Sampling = sampling;
        _tokens = ArrayPool<int>.Shared.Rent(prompt.Length + Math.Min(maxNewTokens, RoomAtFirst));
        prompt.CopyTo(_tokens);
        Count = prompt.Length;
        LastToken = prompt[^1];
    }

    public long Id { get; }

    public Lane Lane { get; internal set; }

    public int PromptCount { get; }

    public int MaxNewTokens { get; }

    /// <summary>Whether nothing is generated: the step that computes its last token pools it, and is the sequence's last.</summary>
    public bool IsPooled => MaxNewTokens == 0;

    public SamplingState Sampling { get; }

    /// <summary>Tokens known: the prompt's and those generated.</summary>
    public int Count { get; private set; }

    public int LastToken { get; private set; }

    /// <summary>Leading tokens whose keys and values are in the cache, or will be when the submitted steps are done.</summary>
    public int ComputedCount { get; internal set; }

    /// <summary>Tokens that submitted steps will sample: 0, or up to the executor's steps in flight. The vector of a pooled sequence counts as one.</summary>
    public int PendingSamples { get; internal set; }

    /// <summary>
    /// Tokens that wait to be computed, those pending among them; 0 once the pending ones reach the limit, since nothing follows them (nor the
    /// vector of a pooled sequence), and while one is pending on which a constraint's next mask depends.
    /// </summary>
    public int Lag => PendingSamples > 0 && (Sampling.IsConstrained || GeneratedCount + PendingSamples >= MaxNewTokens) ? 0 : Count + PendingSamples - ComputedCount;

    public int GeneratedCount => Count - PromptCount;

    /// <summary>Prompt tokens that were found in the KV cache when the sequence first ran.</summary>
    public int CachedPromptTokens { get; internal set; }

    public SequenceState State { get; internal set; }

    public FinishReason FinishReason { get; internal set; }

    /// <summary>The row while running, else -1.</summary>
    public int Row { get; internal set; } = -1;

    /// <summary>How often it gave up its row and blocks to others.</summary>
    public int Preemptions => PreemptedAt.Count;

    /// <summary>When it gave them up, in the loop clock's ticks.</summary>
    public IReadOnlyList<long> PreemptedAt => _preemptedAt ?? [];

    /// <summary>True while its reader has not taken in what was generated; the sequence keeps its row and is not scheduled.</summary>
    public bool ReaderBehind { get; set; }

    /// <summary>Arrival, in the loop clock's ticks.</summary>
    public long ArrivedAt { get; init; }

    /// <summary>First time scheduled, in the loop clock's ticks; 0 before.</summary>
    public long StartedAt { get; internal set; }

    /// <summary>What the request attached: the loop's own record of it.</summary>
    public object? Owner { get; init; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>
    /// Whether tokens may be drafted for it: not where what ends it is seen only in its text, after tokens have been counted that would be
    /// nobody's.
    /// </summary>
    public bool MayDraft { get; init; }

    /// <summary>The parent hash of the first block: equal roots may share blocks.</summary>
    public UInt128 HashRoot { get; init; }

    /// <summary>How its drafts fared.</summary>
    internal ref DraftPace Pace => ref _pace;

    internal TenantQueue? Queue { get; set; }

    internal KvBlockTable Blocks { get; set; } = null!;

    /// <summary>Entries of <see cref="Blocks"/>, kept here so that a step in which nothing grows does not touch the table.</summary>
    internal int BlockCount { get; set; }

    internal bool IsFresh { get; set; }

    /// <summary>Leading blocks offered for sharing since it has its row.</summary>
    internal int PublishedBlocks { get; set; }

    /// <summary>Its place in the running list.</summary>
    internal int ListIndex { get; set; }

    internal long PlannedStep { get; set; } = -1;

    internal Sequence? Next { get; set; }

    internal Sequence? Previous { get; set; }

    /// <summary>Leading full blocks whose hashes are known.</summary>
    internal int HashedBlocks { get; private set; }

    /// <summary>Notes that it gave up its row and blocks, and has to compute all of it again.</summary>
    internal void MarkPreempted(long now)
    {
        ComputedCount = 0;
        (_preemptedAt ??= []).Add(now);
    }

    /// <summary>
    /// The same request in another engine: its tokens are known and none of them is computed there. This sequence is not used after.
    /// </summary>
    /// <param name="id">The other engine's.</param>
    /// <param name="hashRoot">The other engine's.</param>
    /// <param name="hasStarted">Whether a step of it was completed here. One that never started starts there as new.</param>
    /// <param name="now">The time, in the loop clock's ticks.</param>
    internal Sequence MoveTo(long id, UInt128 hashRoot, bool hasStarted, long now)
    {
        ReadOnlySpan<int> prompt = Tokens[..PromptCount];
        ReadOnlySpan<int> generated = Tokens[PromptCount..];
        Sequence moved = new(id, Lane, prompt, MaxNewTokens, Sampling.After(prompt, generated, MaxNewTokens))
        {
            ArrivedAt = ArrivedAt,
            Owner = Owner,
            HashRoot = hashRoot,
            MayDraft = MayDraft,
        };
        foreach (int token in generated)
        {
            moved.Append(token);
        }
        if (hasStarted)
        {
            moved.StartedAt = StartedAt;
            moved.CachedPromptTokens = CachedPromptTokens;
            moved._preemptedAt = _preemptedAt;
            moved.MarkPreempted(now);
        }
        ReturnMemory();
        return moved;
    }

    /// <summary>Appends a generated token.</summary>
    public void Append(int token)
    {
        if (Count == _tokens.Length)
        {
            Grow();
        }
        _tokens[Count++] = token;
        LastToken = token;
    }

    /// <summary>Hashes of the first <paramref name="blocks"/> full blocks, computed once each.</summary>
    internal ReadOnlySpan<UInt128> HashBlocks(int blocks, int blockSize)
    {
        if (blocks > _blockHashes.Length)
        {
            Array.Resize(ref _blockHashes, Math.Max(blocks, _blockHashes.Length * 2));
        }
        while (HashedBlocks < blocks)
        {
            UInt128 parent = HashedBlocks == 0 ? HashRoot : _blockHashes[HashedBlocks - 1];
            _blockHashes[HashedBlocks] = BlockHash.Of(parent, _tokens.AsSpan(HashedBlocks * blockSize, blockSize));
            HashedBlocks++;
        }
        return _blockHashes.AsSpan(0, blocks);
    }

    /// <summary>Gives the token memory back; the sequence is not used after.</summary>
    public void ReturnMemory()
    {
        if (_tokens.Length > 0)
        {
            ArrayPool<int>.Shared.Return(_tokens);
            _tokens = [];
            Count = 0;
        }
    }

    private void Grow()
    {
        int[] larger = ArrayPool<int>.Shared.Rent(Count * 2);
        _tokens.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<int>.Shared.Return(_tokens);
        _tokens = larger;
    }
}
