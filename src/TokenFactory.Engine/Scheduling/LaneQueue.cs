using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>One lane: its tenants' queues and the lane's own virtual counter against the other lanes.</summary>
internal sealed class LaneQueue(Lane lane)
{
    // Idle tenants beyond this number are forgotten; their counters have been passed by the active ones' or will be lifted anyway.
    private const int MostIdleTenants = 4096;

    private readonly Dictionary<string, TenantQueue> _tenants = [];
    private readonly List<TenantQueue> _waiting = [];

    public Lane Lane { get; } = lane;

    /// <summary>Tokens served over the lane's weight.</summary>
    public double Served { get; set; }

    public int Waiting { get; private set; }

    public int Running { get; set; }

    public bool IsActive => Waiting > 0 || Running > 0;

    public Dictionary<string, TenantQueue>.ValueCollection Tenants => _tenants.Values;

    /// <summary>Those of them that have something waiting.</summary>
    public IReadOnlyList<TenantQueue> WaitingTenants => _waiting;

    /// <summary>
    /// The tenant's queue, made or brought back from idleness: it begins beside the tenant with work that goes next, in what that one was
    /// served and in the credit that its backlog has earned. One that was served more keeps its counter.
    /// </summary>
    public TenantQueue Enter(string tenant, double weight, double creditPerTick, long now)
    {
        if (!_tenants.TryGetValue(tenant, out TenantQueue? queue))
        {
            ForgetIdle();
            queue = new TenantQueue(tenant, Lane);
            _tenants.Add(tenant, queue);
        }
        queue.Weight = weight;
        if (!queue.IsActive && ActiveThatGoesNext(creditPerTick, now) is { } next && queue.Served <= next.Served)
        {
            queue.Served = next.KeyAt(now, creditPerTick);
        }
        return queue;
    }

    public void AddInOrder(Sequence sequence) => Add(sequence, first: false);

    public void AddFirst(Sequence sequence) => Add(sequence, first: true);

    public void Remove(Sequence sequence)
    {
        TenantQueue queue = sequence.Queue!;
        queue.Remove(sequence);
        Waiting--;
        if (queue.Waiting == 0)
        {
            _waiting.Remove(queue);
        }
    }

    /// <summary>
    /// The head of the tenant that goes next: the one with the lowest counter after credit for waiting. Sequences with a sample still
    /// under way are passed over until it has arrived.
    /// </summary>
    /// <param name="creditPerTick">Tokens of credit for each tick waited.</param>
    /// <param name="now">The loop clock.</param>
    /// <param name="key">The chosen tenant's counter less its credit.</param>
    public Sequence? Peek(double creditPerTick, long now, out double key)
    {
        key = double.PositiveInfinity;
        Sequence? best = null;
        foreach (TenantQueue queue in _waiting)
        {
            Sequence head = queue.First!;
            if (head.PendingSamples > 0)
            {
                continue;
            }
            double candidate = queue.KeyAt(now, creditPerTick);
            if (candidate < key)
            {
                key = candidate;
                best = head;
            }
        }
        return best;
    }

    /// <summary>Weights of all tenants with work, together.</summary>
    public double ActiveWeight()
    {
        double weight = 0;
        foreach (TenantQueue queue in _tenants.Values)
        {
            weight += queue.IsActive ? queue.Weight : 0;
        }
        return weight;
    }

    private void Add(Sequence sequence, bool first)
    {
        TenantQueue queue = sequence.Queue!;
        if (first)
        {
            queue.AddFirst(sequence);
        }
        else
        {
            queue.AddInOrder(sequence);
        }
        Waiting++;
        if (queue.Waiting == 1)
        {
            _waiting.Add(queue);
        }
    }

    private TenantQueue? ActiveThatGoesNext(double creditPerTick, long now)
    {
        TenantQueue? next = null;
        foreach (TenantQueue queue in _tenants.Values)
        {
            if (queue.IsActive && !(next?.KeyAt(now, creditPerTick) <= queue.KeyAt(now, creditPerTick)))
            {
                next = queue;
            }
        }
        return next;
    }

    private void ForgetIdle()
    {
        if (_tenants.Count < MostIdleTenants)
        {
            return;
        }
        foreach (TenantQueue queue in _tenants.Values.Where(queue => !queue.IsActive).ToArray())
        {
            _tenants.Remove(queue.Tenant);
        }
    }
}
