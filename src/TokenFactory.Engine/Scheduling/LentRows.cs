using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// Rows are lent: a tenant runs more sequences than its share while others leave theirs unused, and gives back to those that are behind.
/// A share is by the weight of the lane, then of the tenant, among those with work, of all that run: so it holds where KV blocks are
/// short too.
/// </summary>
internal sealed class LentRows(WaitingLine waiting, RunningSet running)
{
    private readonly double[] _rowsPerWeight = new double[waiting.Lanes.Length];
    private readonly TenantQueue?[] _mostServed = new TenantQueue?[waiting.Lanes.Length];
    private TenantQueue? _furthestAbove;

    /// <summary>Counts who has how much; to be called again when a sequence has left its row.</summary>
    public void Count()
    {
        DivideByWeight();
        _furthestAbove = null;
        double most = 1;
        foreach (LaneQueue lane in waiting.Lanes)
        {
            TenantQueue? served = null;
            foreach (TenantQueue queue in lane.Tenants)
            {
                double above = queue.Running - ShareOf(queue);
                if (above >= most)
                {
                    most = above;
                    _furthestAbove = queue;
                }
                served = queue.Running > 0 && !(served?.Served >= queue.Served) ? queue : served;
            }
            _mostServed[(int)lane.Lane] = served;
        }
    }

    /// <summary>
    /// The tenant that gives way to a waiting sequence: the one furthest above its share of rows where the waiting one's tenant has less
    /// than its own, or the one most served where its lead is so long that the whole request leaves the waiting one's tenant behind. So
    /// what was given back is not taken again at once. Null where there is neither.
    /// </summary>
    /// <param name="sequence">A waiting sequence.</param>
    /// <param name="rows">Rows that its tenant gets beside this one.</param>
    /// <param name="tokens">Tokens that come with them.</param>
    /// <param name="now">The loop clock.</param>
    public TenantQueue? FindHolder(Sequence sequence, int rows, int tokens, long now)
    {
        TenantQueue queue = sequence.Queue!;
        if (_furthestAbove is { } above && queue.Running + rows + 1 <= ShareOf(queue) && waiting.GoesBefore(sequence, above, now))
        {
            return above;
        }
        double after = queue.Served + ((tokens + sequence.PromptCount + sequence.MaxNewTokens) / queue.Weight);
        return _mostServed[(int)queue.Lane] is { } most && after <= most.Served ? most : null;
    }

    /// <summary>Of a tenant's running sequences the latest to arrive.</summary>
    public Sequence LatestOf(TenantQueue holder)
    {
        Sequence? latest = null;
        foreach (Sequence candidate in running.Sequences)
        {
            if (candidate.State == SequenceState.Running && candidate.Queue == holder && (latest is null || candidate.Id > latest.Id))
            {
                latest = candidate;
            }
        }
        return latest!;
    }

    private double ShareOf(TenantQueue queue) => queue.Weight * _rowsPerWeight[(int)queue.Lane];

    private void DivideByWeight()
    {
        double lanes = 0;
        foreach (LaneQueue lane in waiting.Lanes)
        {
            lanes += lane.IsActive ? waiting.Policy[lane.Lane].Weight : 0;
        }
        foreach (LaneQueue lane in waiting.Lanes)
        {
            double rows = running.Count * waiting.Policy[lane.Lane].Weight / lanes;
            _rowsPerWeight[(int)lane.Lane] = lane.IsActive ? rows / lane.ActiveWeight() : 0;
        }
    }
}
