using Microsoft.Extensions.Options;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live.Signals;

namespace TokenFactory.Web.Live.Queue;

/// <summary>Asks the engines for their requests while somebody watches, once for everybody.</summary>
public sealed class QueueStore : IDisposable
{
    // A long queue is looked at more seldom, so that looking takes at most this share of a core's time, here and on the engines' threads together.
    private const double MostShare = 0.04;

    private readonly ModelCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly LiveOptions _options;
    private readonly SignalSource _signals;
    private readonly SharedWatch _watch;
    private readonly ShareWindow _window;
    private readonly SemaphoreSlim _turn = new(1);
    private volatile QueueSnapshot _current = QueueSnapshot.Empty;
    private TimeSpan _effort;

    public QueueStore(ModelCatalog catalog, TimeProvider clock, IOptions<LiveOptions> options, ILogger<QueueStore> logger)
    {
        (_catalog, _clock, _options) = (catalog, clock, options.Value);
        _window = new ShareWindow(clock);
        _signals = new SignalSource(clock, logger);
        _watch = new SharedWatch(_signals, _options.ThrottleInterval, WatchAsync);
    }

    /// <summary>How many watch.</summary>
    internal int Watchers => _signals.Count;

    /// <summary>The newest snapshot; empty before the first look.</summary>
    public QueueSnapshot Current => _current;

    /// <summary>Calls back when there is something new to see.</summary>
    public IDisposable Subscribe(Func<Task> callback) => _watch.Subscribe(callback);

    /// <summary>Looks now, for whoever has just changed something.</summary>
    public async Task LookAsync()
    {
        await _turn.WaitAsync();
        try
        {
            IReadOnlyList<ServedModel> models = _catalog.Models;
            TimeSpan effort = TimeSpan.Zero;
            List<QueueRow> rows = [];
            Dictionary<string, (double Weight, bool HasBacklog)> tenants = [];
            foreach (ServedModel model in models)
            {
                foreach (EngineLoop replica in model.Replicas)
                {
                    if (await SnapshotAsync(replica) is { } engine)
                    {
                        long started = _clock.GetTimestamp();
                        rows.AddRange(QueueRow.Of(model.Name, replica.Device.Id, engine));
                        NoteTenants(engine, tenants);
                        effort += engine.Effort + _clock.GetElapsedTime(started);
                    }
                }
            }
            IReadOnlyList<TenantShare> shares = FairShare.Of(
            [
                .. _window.Add(models).Where(tenant => tenant.Value > 0 || tenants.ContainsKey(tenant.Key))
                    .Select(tenant => (tenant.Key, tenant.Value, Known: tenants.GetValueOrDefault(tenant.Key, (Weight: 1, HasBacklog: false))))
                    .Select(tenant => new TenantLoad(tenant.Key, tenant.Known.Weight, tenant.Value, tenant.Known.HasBacklog)),
            ]);
            _effort = effort;
            _current = new QueueSnapshot(rows, [.. shares.OrderByDescending(share => share.Received)], FairShare.Jain(shares));
        }
        finally
        {
            _turn.Release();
        }
        _signals.Notify();
    }

    public void Dispose() => _watch.Dispose();

    private static void NoteTenants(EngineSnapshot engine, Dictionary<string, (double Weight, bool HasBacklog)> tenants)
    {
        foreach (Engine.Scheduling.ShareSnapshot share in engine.Shares)
        {
            bool before = tenants.TryGetValue(share.Tenant, out (double Weight, bool HasBacklog) known) && known.HasBacklog;
            tenants[share.Tenant] = (share.Weight, before || share.Waiting > 0);
        }
    }

    private static async Task<EngineSnapshot?> SnapshotAsync(EngineLoop replica)
    {
        try
        {
            return await replica.SnapshotAsync();
        }
        catch (InvalidOperationException)
        {
            // The model was unloaded meanwhile.
            return null;
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await LookAsync();
            TimeSpan rest = TimeSpan.FromTicks(Math.Max(_options.QueueInterval.Ticks, (long)(_effort.Ticks / MostShare)));
            await Task.Delay(rest, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
