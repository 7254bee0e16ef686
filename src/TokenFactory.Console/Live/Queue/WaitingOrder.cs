using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Queue;

/// <summary>
/// In which order waiting requests would start if nothing else came: the scheduler's own rule (lanes by weight, tenants within a lane,
/// a tenant's own in the engine's order, with credit for waiting), each start charged with its prompt. An estimate: what answers cost is
/// not known yet.
/// </summary>
internal static class WaitingOrder
{
    public static List<RequestSnapshot> Of(EngineSnapshot engine)
    {
        List<LaneLine> lanes = Sort(engine);
        List<RequestSnapshot> order = new(engine.Requests.Count);
        while (FindNext(lanes) is { } next)
        {
            order.Add(next.Take());
        }
        return order;
    }

    /// <summary>The lanes with their tenants. The snapshot lists requests tenant by tenant, so that few look-ups find them all.</summary>
    private static List<LaneLine> Sort(EngineSnapshot engine)
    {
        BatchPolicy policy = engine.Policy.Policy;
        Dictionary<(Lane, string), ShareSnapshot> shares = engine.Shares.ToDictionary(share => (share.Lane, share.Tenant));
        Dictionary<(Lane, string), TenantLine> tenants = [];
        Dictionary<Lane, LaneLine> lanes = [];
        (Lane Lane, string Tenant) last = default;
        TenantLine? line = null;
        foreach (RequestSnapshot request in engine.Requests)
        {
            if (request.State != SequenceState.Waiting)
            {
                continue;
            }
            if (line is null || last.Lane != request.Lane || !ReferenceEquals(last.Tenant, request.Tenant))
            {
                last = (request.Lane, request.Tenant);
                if (!tenants.TryGetValue(last, out line))
                {
                    ShareSnapshot? share = shares.GetValueOrDefault(last);
                    line = new TenantLine(share?.Weight ?? 1, share?.Served ?? 0);
                    tenants.Add(last, line);
                    if (!lanes.TryGetValue(request.Lane, out LaneLine? lane))
                    {
                        lanes.Add(request.Lane, lane = new LaneLine(policy[request.Lane].Weight, policy.AgingTokensPerSecond));
                    }
                    lane.Add(line, share?.LaneServed);
                }
            }
            line.Requests.Add(request);
        }
        foreach (LaneLine lane in lanes.Values)
        {
            lane.Begin();
        }
        return [.. lanes.Values];
    }

    private static LaneLine? FindNext(List<LaneLine> lanes)
    {
        LaneLine? best = null;
        foreach (LaneLine lane in lanes)
        {
            if (!lane.IsEmpty && (best is null || lane.Key < best.Key))
            {
                best = lane;
            }
        }
        return best;
    }

    /// <summary>A lane's tenants by whose turn it is.</summary>
    private sealed class LaneLine(double weight, double aging)
    {
        private readonly List<TenantLine> _all = [];
        private readonly PriorityQueue<TenantLine, double> _tenants = new();
        private double _served;

        public bool IsEmpty => _tenants.Count == 0;

        /// <summary>The lane's counter less its head's credit.</summary>
        public double Key { get; private set; }

        public void Add(TenantLine tenant, double? served)
        {
            _all.Add(tenant);
            _served = served ?? _served;
        }

        public void Begin()
        {
            _all.ForEach(Enter);
            Weigh();
        }

        public RequestSnapshot Take()
        {
            TenantLine tenant = _tenants.Dequeue();
            RequestSnapshot taken = tenant.Requests[tenant.Next++];
            tenant.Served += taken.PromptTokens / tenant.Weight;
            _served += taken.PromptTokens / weight;
            Enter(tenant);
            Weigh();
            return taken;
        }

        private void Enter(TenantLine tenant)
        {
            if (tenant.Next < tenant.Requests.Count)
            {
                _tenants.Enqueue(tenant, tenant.Served - (aging * tenant.Requests[tenant.Next].Age.TotalSeconds / tenant.Weight));
            }
        }

        private void Weigh()
        {
            if (_tenants.TryPeek(out TenantLine? tenant, out _))
            {
                Key = _served - (aging * tenant.Requests[tenant.Next].Age.TotalSeconds / weight);
            }
        }
    }

    private sealed class TenantLine(double weight, double served)
    {
        public List<RequestSnapshot> Requests { get; } = [];

        /// <summary>The request that starts next.</summary>
        public int Next { get; set; }

        public double Weight { get; } = weight;

        public double Served { get; set; } = served;
    }
}
