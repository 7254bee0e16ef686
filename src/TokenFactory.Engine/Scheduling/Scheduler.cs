using System.Diagnostics;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// Decides, every step, which sequences compute how many tokens. Does no I/O and reads no clock: the time comes with each call.
/// Owned by the engine loop's thread.
/// </summary>
public sealed partial class Scheduler
{
    private readonly ExecutorLimits _limits;
    private readonly WaitingLine _waiting;
    private readonly RunningSet _running;
    private readonly LentRows _lent;
    private readonly HashSet<Sequence> _held = [];
    private readonly List<Sequence> _partial = [];
    private readonly List<Sequence> _chunks = [];
    private readonly List<int> _chunkCounts = [];
    private int _cursor;
    private int _budget;
    private long _now;

    /// <param name="limits">The executor's ceiling.</param>
    /// <param name="policy">The first batch policy; checked by the caller.</param>
    /// <param name="ticksPerSecond">Unit of the times given to <see cref="Schedule"/>.</param>
    public Scheduler(ExecutorLimits limits, BatchPolicy policy, long ticksPerSecond)
    {
        limits.Validate();
        _limits = limits;
        _drafts = new int[limits.VerifiedRows * limits.VerifiedRows];
        MaxContext = (int)Math.Min(limits.MaxContext, (long)limits.BlockCount * limits.BlockSize);
        Blocks = new KvBlockManager(limits.BlockCount, limits.BlockSize);
        _waiting = new WaitingLine(policy, ticksPerSecond);
        _running = new RunningSet(limits.MaxSequences, Blocks.BlocksFor(MaxContext), limits.StepsInFlight);
        _lent = new LentRows(_waiting, _running);
    }

    public KvBlockManager Blocks { get; }

    /// <summary>Longest sequence: the executor's own bound, or what all KV blocks hold.</summary>
    public int MaxContext { get; }

    /// <summary>The policy of the next step.</summary>
    public BatchPolicy Policy
    {
        get => _waiting.Policy;
        set => _waiting.Policy = value;
    }

    public int RunningCount => _running.Count;

    public int WaitingCount => _waiting.Count;

    /// <summary>Prompt tokens of all waiting sequences.</summary>
    public long WaitingTokens => _waiting.Tokens;

    /// <summary>Sequences that an operator has put aside.</summary>
    public int HeldCount => _held.Count;

    public bool HasWork => _running.Count > 0 || _waiting.Count > 0;

    /// <summary>Preemptions since the start.</summary>
    public long Preemptions { get; private set; }

    /// <summary>What kept the next waiting sequence out at the last step.</summary>
    public WaitReason WaitReason { get; private set; }

    private int FreeRows => Math.Max(0, Math.Min(Policy.MaxRunning, _limits.MaxSequences) - _running.Count);

    public int CountRunning(Lane lane) => _waiting[lane].Running;

    public int CountWaiting(Lane lane) => _waiting[lane].Waiting;

    /// <summary>Queues a sequence for a tenant whose share against others is <paramref name="weight"/>.</summary>
    public void Add(Sequence sequence, string tenant, double weight) => _waiting.Add(sequence, tenant, weight, sequence.ArrivedAt);

    /// <summary>
    /// Puts a sequence aside until <see cref="Release"/>. One that runs gives up its row and blocks; what is computed stays in the
    /// cache for as long as nobody needs the room.
    /// </summary>
    /// <returns>False where it is held already, or has ended.</returns>
    public bool Hold(Sequence sequence, long now)
    {
        switch (sequence.State)
        {
            case SequenceState.Waiting:
                _waiting.Remove(sequence);
                break;
            case SequenceState.Running:
                GiveUpRow(sequence);
                sequence.MarkPreempted(now);
                break;
            default:
                return false;
        }
        sequence.State = SequenceState.Held;
        return _held.Add(sequence);
    }

    /// <summary>Puts a held sequence back in its place by arrival.</summary>
    /// <returns>False where it is not held.</returns>
    public bool Release(Sequence sequence)
    {
        if (!_held.Remove(sequence))
        {
            return false;
        }
        sequence.State = SequenceState.Waiting;
        _waiting.Add(sequence, sequence.Queue!.Tenant, sequence.Queue.Weight, _now);
        return true;
    }

    /// <summary>Moves a sequence to another lane, where it competes by its own arrival.</summary>
    /// <returns>False where it is in that lane already, or has ended.</returns>
    public bool Move(Sequence sequence, Lane lane)
    {
        if (sequence.Lane == lane || sequence.State == SequenceState.Finished)
        {
            return false;
        }
        TenantQueue from = sequence.Queue!;
        switch (sequence.State)
        {
            case SequenceState.Waiting:
                _waiting.Remove(sequence);
                sequence.Lane = lane;
                _waiting.Add(sequence, from.Tenant, from.Weight, _now);
                break;
            case SequenceState.Running:
                _waiting[sequence.Lane].Running--;
                from.Running--;
                sequence.Lane = lane;
                sequence.Queue = _waiting.Enter(lane, from.Tenant, from.Weight, _now);
                sequence.Queue.Running++;
                _waiting[lane].Running++;
                break;
            default:
                sequence.Lane = lane;
                break;
        }
        return true;
    }

    /// <summary>
    /// Fills a step. There is no prefill phase and no decode phase: every sequence has computed tokens that lag its known tokens, and
    /// the step spends a token budget on closing that lag, first where one token is missing (so that running answers go on), then,
    /// chunk by chunk, where a prompt is. Chunks go to whoever is due by lane, tenant and arrival, begun or not.
    /// </summary>
    public void Schedule(ScheduledStep step, long stepId, long now)
    {
        step.Reset(stepId);
        _now = now;
        TakeBackLent(now);
        _running.Compact();
        _partial.Clear();
        _chunks.Clear();
        _chunkCounts.Clear();
        _budget = Policy.TokenBudget;
        _drafting.Clear();
        AddSingleTokens(step);
        ChooseChunks(step, now);
        FindDrafts(step);
        for (int i = 0; i < _chunks.Count; i++)
        {
            AddSlice(step, _chunks[i], _chunkCounts[i]);
        }
        PublishPrompts(step);
        AddDrafted(step);
        step.Complete();
    }

    /// <summary>Takes a sequence out for good, wherever it stands. Its full blocks stay in the cache.</summary>
    public void Finish(Sequence sequence, FinishReason reason)
    {
        if (sequence.State == SequenceState.Waiting)
        {
            _waiting.Remove(sequence);
        }
        else if (sequence.State == SequenceState.Running)
        {
            GiveUpRow(sequence);
        }
        else
        {
            _held.Remove(sequence);
        }
        sequence.State = SequenceState.Finished;
        sequence.FinishReason = reason;
    }

    /// <summary>Gives the rows and blocks that tenants hold beyond their share to waiting sequences of those that are behind.</summary>
    private void TakeBackLent(long now)
    {
        if (_waiting.Count == 0 || _running.Count > Policy.MaxRunning || (FreeRows > 0 && WaitReason != WaitReason.KvBlocks))
        {
            return;
        }
        _lent.Count();
        int promised = 0;
        foreach (LaneQueue lane in _waiting.Lanes)
        {
            for (int tenant = 0; tenant < lane.WaitingTenants.Count; tenant++)
            {
                TakeBackFor(lane.WaitingTenants[tenant], ref promised, now);
            }
        }
    }

    private void TakeBackFor(TenantQueue queue, ref int promised, long now)
    {
        int rows = 0;
        int tokens = 0;
        for (Sequence? sequence = queue.First; sequence is not null && _lent.FindHolder(sequence, rows, tokens, now) is { } holder; sequence = sequence.Next)
        {
            if (FreeRows <= promised || !HasBlocksFor(sequence))
            {
                Preempt(_lent.LatestOf(holder));
                _lent.Count();
            }
            promised++;
            rows++;
            tokens += sequence.PromptCount + sequence.MaxNewTokens;
        }
    }

    private void AddSingleTokens(ScheduledStep step)
    {
        ReadOnlySpan<Sequence> running = _running.Sequences;
        _cursor = running.Length <= _budget ? 0 : _cursor % running.Length;
        int start = _cursor;
        for (int i = 0; i < running.Length; i++)
        {
            if (i + CachePrefetch.Distance < running.Length)
            {
                int ahead = start + i + CachePrefetch.Distance;
                CachePrefetch.Touch(running[ahead < running.Length ? ahead : ahead - running.Length]);
            }
            int index = start + i;
            Sequence sequence = running[index < running.Length ? index : index - running.Length];
            if (sequence.State != SequenceState.Running || sequence.ReaderBehind)
            {
                continue;
            }
            int lag = sequence.Lag;
            if (lag > 1)
            {
                _partial.Add(sequence);
            }
            else if (lag == 1)
            {
                if (_budget == 0)
                {
                    // Those left out come first in the next step.
                    _cursor = index;
                    return;
                }
                if (MakeRoom(sequence, step.Plan.StepId) && !TryDefer(sequence, step.Plan.StepId))
                {
                    AddSlice(step, sequence, 1);
                }
            }
        }
    }

    private void ChooseChunks(ScheduledStep step, long now)
    {
        bool admits = true;
        WaitReason = WaitReason.None;
        while (_budget > 0)
        {
            Sequence? begun = _chunks.Count < _limits.MaxChunks ? _waiting.TakeFirst(_partial, now) : null;
            Sequence? waiting = admits ? PeekAdmissible(now) : null;
            if (waiting is not null && (begun is null || _waiting.GoesBefore(waiting, begun, now)))
            {
                if (begun is not null)
                {
                    _partial.Add(begun);
                }
                admits = TryAdmit(waiting, step, now);
            }
            else if (begun is not null)
            {
                PlanChunk(step, begun);
            }
            else
            {
                break;
            }
        }
        if (_budget == 0 && _waiting.Count > 0 && WaitReason == WaitReason.None)
        {
            WaitReason = WaitReason.TokenBudget;
        }
    }

    private Sequence? PeekAdmissible(long now)
    {
        if (_waiting.Count == 0)
        {
            return null;
        }
        if (FreeRows == 0)
        {
            WaitReason = WaitReason.RunningLimit;
            return null;
        }
        return _waiting.Peek(now);
    }

    /// <summary>Gives a waiting sequence a row and blocks for all that it knows; false where it has to wait, and all behind it too.</summary>
    private bool TryAdmit(Sequence sequence, ScheduledStep step, long now)
    {
        ReadOnlySpan<UInt128> hashes = HashReusable(sequence);
        int known = Blocks.CountKnown(hashes);
        bool single = sequence.Count - (known * Blocks.BlockSize) == 1;
        if (!single && _chunks.Count >= _limits.MaxChunks)
        {
            WaitReason = WaitReason.ChunkLimit;
            return false;
        }

        if (!HasBlocksFor(sequence, hashes[..known]))
        {
            WaitReason = WaitReason.KvBlocks;
            return false;
        }

        Blocks.Share(hashes[..known], _running.NextTable);
        bool grown = Blocks.TryGrow(_running.NextTable, Blocks.BlocksFor(sequence.Count));
        Debug.Assert(grown, "blocks were counted before they were taken");
        Admit(sequence, known * Blocks.BlockSize, now);
        if (single)
        {
            AddSlice(step, sequence, 1);
        }
        else
        {
            PlanChunk(step, sequence);
        }
        return true;
    }

    private ReadOnlySpan<UInt128> HashReusable(Sequence sequence) => sequence.HashBlocks((sequence.Count - 1) / Blocks.BlockSize, Blocks.BlockSize);

    private bool HasBlocksFor(Sequence sequence)
    {
        ReadOnlySpan<UInt128> hashes = HashReusable(sequence);
        return HasBlocksFor(sequence, hashes[..Blocks.CountKnown(hashes)]);
    }

    private bool HasBlocksFor(Sequence sequence, ReadOnlySpan<UInt128> known)
    {
        int needed = Blocks.BlocksFor(sequence.Count) - known.Length + Blocks.CountUnused(known);
        int reserve = _running.Count == 0 ? 0 : (int)Math.Ceiling(Policy.KvWatermark * Blocks.TotalCount);
        return Blocks.AvailableCount - needed >= reserve;
    }

    private void Admit(Sequence sequence, int cachedTokens, long now)
    {
        _waiting.Remove(sequence);
        _waiting[sequence.Lane].Running++;
        sequence.Queue!.Running++;
        _running.Add(sequence);
        sequence.BlockCount = sequence.Blocks.Count;
        sequence.ComputedCount = cachedTokens;
        sequence.PublishedBlocks = cachedTokens / Blocks.BlockSize;
        if (sequence.StartedAt == 0)
        {
            sequence.StartedAt = now;
            sequence.CachedPromptTokens = cachedTokens;
        }
    }

    private void PlanChunk(ScheduledStep step, Sequence sequence)
    {
        int count = Math.Min(Math.Min(sequence.Lag, Policy.PrefillChunk), _budget);
        if (count == 1)
        {
            AddSlice(step, sequence, 1);
            return;
        }
        _chunks.Add(sequence);
        _chunkCounts.Add(count);
        _budget -= count;
    }

    /// <summary>Writes a slice into the plan. Chunks come here after all single tokens, because executors read those first.</summary>
    private void AddSlice(ScheduledStep step, Sequence sequence, int count)
    {
        int start = sequence.ComputedCount;
        bool isLast = sequence.Lag == count;
        Span<int> tokens = step.Plan.Add(
            sequence.Row, start, count, sequence.IsFresh, sequence.Blocks, sequence.BlockCount, isLast && !sequence.IsPooled ? sequence.Sampling : null, isLast && sequence.IsPooled);
        if (count == 1)
        {
            tokens[0] = start == sequence.Count - 1 ? sequence.LastToken : start < sequence.Count ? sequence.Tokens[start] : StepPlan.LastSampled;
            _budget--;
        }
        else
        {
            sequence.Tokens.Slice(start, count).CopyTo(tokens);
        }
        step.Add(sequence);
        step.PrefillTokens += Math.Max(0, Math.Min(start + count, sequence.PromptCount) - start);
        sequence.IsFresh = false;
        sequence.PlannedStep = step.Plan.StepId;
        sequence.ComputedCount += count;
        sequence.PendingSamples += isLast ? 1 : 0;
        _waiting.Charge(sequence, count);
    }

    /// <summary>Sees to a block for the sequence's next token, at the cost of others where it must; false where it had to give way itself.</summary>
    private bool MakeRoom(Sequence sequence, long stepId)
    {
        if (sequence.ComputedCount < sequence.BlockCount * Blocks.BlockSize)
        {
            return true;
        }
        int blocks = (sequence.ComputedCount / Blocks.BlockSize) + 1;
        while (!Blocks.TryGrow(sequence.Blocks, blocks))
        {
            Sequence victim = _running.ChooseVictim(stepId);
            Preempt(victim);
            if (victim == sequence)
            {
                return false;
            }
        }
        sequence.BlockCount = blocks;
        return true;
    }

    private void Preempt(Sequence sequence)
    {
        GiveUpRow(sequence);
        sequence.State = SequenceState.Waiting;
        sequence.MarkPreempted(_now);
        Preemptions++;
        _partial.Remove(sequence);
        _waiting.Return(sequence);
    }

    private void GiveUpRow(Sequence sequence)
    {
        PublishFullBlocks(sequence);
        Blocks.Release(sequence.Blocks);
        _running.Remove(sequence);
        _waiting[sequence.Lane].Running--;
        sequence.Queue!.Running--;
    }

    private void PublishPrompts(ScheduledStep step)
    {
        foreach (Sequence sequence in step.Sequences[step.Plan.SingleTokenSlices..])
        {
            PublishFullBlocks(sequence);
        }
    }

    /// <summary>
    /// Makes computed full blocks shareable. Prompts are published chunk by chunk; generated tokens when the sequence leaves its row,
    /// so that steady decoding hashes nothing.
    /// </summary>
    private void PublishFullBlocks(Sequence sequence)
    {
        int full = Math.Min(sequence.ComputedCount, sequence.Count) / Blocks.BlockSize;
        ReadOnlySpan<UInt128> hashes = sequence.HashBlocks(full, Blocks.BlockSize);
        for (int i = sequence.PublishedBlocks; i < full; i++)
        {
            Blocks.Publish(sequence.Blocks[i], hashes[i]);
        }
        sequence.PublishedBlocks = full;
    }
}
