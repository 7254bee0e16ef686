using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Live.Queue;

/// <summary>
/// In which order waiting requests would start if nothing else came: the scheduler's own rule (lanes by weight, tenants within a lane,
/// a tenant's own by arrival, with credit for waiting), each start charged with its prompt. An estimate: what answers cost is not known yet.
/// </summary>
internal static class WaitingOrder
{
    public static List<RequestSnapshot> Of(EngineSnapshot engine)
    {
        BatchPolicy policy = engine.Policy.Policy;
        Dictionary<(Lane, string), ShareSnapshot> shares = engine.Shares.ToDictionary(share => (share.Lane, share.Tenant));
        LaneLine[] lanes =
        [
            .. engine.Requests.Where(request => request.State == SequenceState.Waiting).GroupBy(request => request.Lane)
                .Select(lane => new LaneLine(policy[lane.Key].Weight, policy.AgingTokensPerSecond, lane, shares)),
        ];
        List<RequestSnapshot> order = [];
        while (lanes.Where(lane => lane.Head is not null).MinBy(lane => lane.Key) is { } next)
        {
            order.Add(next.Take());
        }
        return order;
    }

    /// <summary>A lane's tenants by whose turn it is.</summary>
    private sealed class LaneLine
    {
        private readonly PriorityQueue<TenantLine, double> _tenants = new();
        private readonly double _weight;
        private readonly double _aging;
        private double _served;

        public LaneLine(double weight, double aging, IEnumerable<RequestSnapshot> requests, Dictionary<(Lane, string), ShareSnapshot> shares)
        {
            _weight = weight;
            _aging = aging;
            foreach (IGrouping<(Lane Lane, string Tenant), RequestSnapshot> tenant in requests.GroupBy(request => (request.Lane, request.Tenant)))
            {
                ShareSnapshot? share = shares.GetValueOrDefault(tenant.Key);
                _served = share?.LaneServed ?? _served;
                Enter(new TenantLine(tenant.OrderBy(request => request.Arrival), share?.Weight ?? 1, share?.Served ?? 0));
            }
        }

        public RequestSnapshot? Head => _tenants.TryPeek(out TenantLine? tenant, out _) ? tenant.Requests.Peek() : null;

        /// <summary>The lane's counter less its head's credit.</summary>
        public double Key => _served - (_aging * Head!.Age.TotalSeconds / _weight);

        public RequestSnapshot Take()
        {
            TenantLine tenant = _tenants.Dequeue();
            RequestSnapshot taken = tenant.Requests.Dequeue();
            tenant.Served += taken.PromptTokens / tenant.Weight;
            _served += taken.PromptTokens / _weight;
            Enter(tenant);
            return taken;
        }

        private void Enter(TenantLine tenant)
        {
            if (tenant.Requests.TryPeek(out RequestSnapshot? head))
            {
                _tenants.Enqueue(tenant, tenant.Served - (_aging * head.Age.TotalSeconds / tenant.Weight));
            }
        }
    }

    private sealed class TenantLine(IEnumerable<RequestSnapshot> requests, double weight, double served)
    {
        public Queue<RequestSnapshot> Requests { get; } = new(requests);

        public double Weight { get; } = weight;

        public double Served { get; set; } = served;
    }
}
