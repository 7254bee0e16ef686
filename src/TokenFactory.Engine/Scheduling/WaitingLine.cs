using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// All waiting sequences: lanes share by weight of tokens served, tenants share within a lane, a tenant's own requests are first come
/// first served. Idle lanes and tenants earn nothing, so that capacity they leave is lent and not owed.
/// </summary>
internal sealed class WaitingLine
{
    private readonly LaneQueue[] _lanes = [new(Lane.Interactive), new(Lane.Agentic), new(Lane.Batch)];
    private BatchPolicy _policy;
    private double _creditPerTick;

    public WaitingLine(BatchPolicy policy, long ticksPerSecond)
    {
        TicksPerSecond = ticksPerSecond;
        _policy = policy;
        Policy = policy;
    }

    public long TicksPerSecond { get; }

    public BatchPolicy Policy
    {
        get => _policy;
        set
        {
            _policy = value;
            _creditPerTick = value.AgingTokensPerSecond / TicksPerSecond;
        }
    }

    public int Count { get; private set; }

    /// <summary>Prompt tokens of all waiting sequences.</summary>
    public long Tokens { get; private set; }

    public ReadOnlySpan<LaneQueue> Lanes => _lanes;

    public LaneQueue this[Lane lane] => _lanes[(int)lane];

    /// <summary>Puts a sequence in its tenant's queue, in its place by arrival.</summary>
    public void Add(Sequence sequence, string tenant, double weight, long now)
    {
        sequence.Queue = Enter(sequence.Lane, tenant, weight, now);
        this[sequence.Lane].AddInOrder(sequence);
        Count++;
        Tokens += sequence.PromptCount;
    }

    /// <summary>The tenant's queue in a lane; a lane or tenant that was idle begins beside the active one that goes next.</summary>
    public TenantQueue Enter(Lane lane, string tenant, double weight, long now)
    {
        LaneQueue entered = this[lane];
        if (!entered.IsActive)
        {
            BeginBesideNext(entered, now);
        }
        return entered.Enter(tenant, weight, _creditPerTick, now);
    }

    /// <summary>Puts a preempted sequence before all others of its tenant.</summary>
    public void Return(Sequence sequence)
    {
        this[sequence.Lane].AddFirst(sequence);
        Count++;
        Tokens += sequence.PromptCount;
    }

    public void Remove(Sequence sequence)
    {
        this[sequence.Lane].Remove(sequence);
        Count--;
        Tokens -= sequence.PromptCount;
    }

    /// <summary>The sequence that goes next, or null.</summary>
    public Sequence? Peek(long now)
    {
        Sequence? best = null;
        double bestKey = double.PositiveInfinity;
        foreach (LaneQueue lane in _lanes)
        {
            if (lane.Waiting == 0 || lane.Peek(_creditPerTick, now, out _) is not { } head)
            {
                continue;
            }
            double key = LaneKey(head, now);
            if (key < bestKey)
            {
                bestKey = key;
                best = head;
            }
        }
        return best;
    }

    /// <summary>Whether <paramref name="first"/> goes before <paramref name="second"/>: by lane, then by tenant, then by arrival.</summary>
    public bool GoesBefore(Sequence first, Sequence second, long now)
    {
        if (first.Lane != second.Lane)
        {
            return LaneKey(first, now) < LaneKey(second, now);
        }
        if (first.Queue != second.Queue)
        {
            return TenantKey(first, now) < TenantKey(second, now);
        }
        return first.Id < second.Id;
    }

    /// <summary>Whether a waiting sequence goes before what a tenant has next.</summary>
    public bool GoesBefore(Sequence first, TenantQueue holder, long now) => first.Lane == holder.Lane
        ? TenantKey(first, now) <= holder.KeyAt(now, _creditPerTick)
        : LaneKey(first, now) <= this[holder.Lane].Served;

    /// <summary>Takes the one that goes before all others out of a list; null where it is empty.</summary>
    public Sequence? TakeFirst(List<Sequence> sequences, long now)
    {
        int best = -1;
        for (int i = 0; i < sequences.Count; i++)
        {
            if (best < 0 || GoesBefore(sequences[i], sequences[best], now))
            {
                best = i;
            }
        }
        if (best < 0)
        {
            return null;
        }
        Sequence first = sequences[best];
        sequences.RemoveAt(best);
        return first;
    }

    /// <summary>Books tokens that a step computes for a sequence to its tenant and its lane.</summary>
    public void Charge(Sequence sequence, int tokens)
    {
        sequence.Queue!.Charge(tokens);
        _lanes[(int)sequence.Lane].Served += tokens / _policy[sequence.Lane].Weight;
    }

    /// <summary>What every tenant with work has been served, by lane.</summary>
    public void CopyShares(List<ShareSnapshot> into)
    {
        foreach (LaneQueue lane in _lanes)
        {
            foreach (TenantQueue queue in lane.Tenants)
            {
                if (queue.IsActive)
                {
                    into.Add(new ShareSnapshot(lane.Lane, queue.Tenant, queue.Weight, queue.Served, lane.Served, queue.Running, queue.Waiting));
                }
            }
        }
    }

    /// <summary>Waiting sequences, tenant by tenant within each lane.</summary>
    public void CopyTo(List<Sequence> into)
    {
        foreach (LaneQueue lane in _lanes)
        {
            foreach (TenantQueue tenant in lane.Tenants)
            {
                for (Sequence? sequence = tenant.First; sequence is not null; sequence = sequence.Next)
                {
                    into.Add(sequence);
                }
            }
        }
    }

    private double LaneKey(Sequence head, long now) =>
        this[head.Lane].Served - (_creditPerTick * (now - head.ArrivedAt) / _policy[head.Lane].Weight);

    private double TenantKey(Sequence head, long now) => head.Queue!.Served - (_creditPerTick * (now - head.ArrivedAt) / head.Queue.Weight);

    private void BeginBesideNext(LaneQueue entered, long now)
    {
        double least = double.PositiveInfinity;
        double served = 0;
        foreach (LaneQueue lane in _lanes)
        {
            double key = lane.Peek(_creditPerTick, now, out _) is { } head ? LaneKey(head, now) : lane.Served;
            if (lane.IsActive && key < least)
            {
                least = key;
                served = lane.Served;
            }
        }
        if (!double.IsInfinity(least) && entered.Served <= served)
        {
            entered.Served = least;
        }
    }
}
