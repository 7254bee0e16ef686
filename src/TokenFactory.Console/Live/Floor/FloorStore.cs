using Microsoft.Extensions.Options;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry.Host;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Live.Signals;

namespace TokenFactory.Web.Live.Floor;

/// <summary>
/// Looks at engines and machine while somebody watches, once for everybody, and signals when there is something new to see. Queue and
/// KV counts are read at every look; rates, totals and the machine once a second.
/// </summary>
public sealed class FloorStore : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ModelCatalog _catalog;
    private readonly ModelLoadBoard _loads;
    private readonly HostSampler _host;
    private readonly TimeProvider _clock;
    private readonly LiveOptions _options;
    private readonly SignalSource _signals;
    private readonly ITimer _timer;
    private volatile FloorSnapshot? _current;
    private int _watchers;

    public FloorStore(
        ModelCatalog catalog, ModelLoadBoard loads, HostSampler host, TimeProvider clock, IOptions<LiveOptions> options, ILogger<FloorStore> logger)
    {
        _catalog = catalog;
        _loads = loads;
        _host = host;
        _clock = clock;
        _options = options.Value;
        _signals = new SignalSource(clock, logger);
        _timer = clock.CreateTimer(static store => ((FloorStore)store!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _catalog.Changed += Look;
        _loads.Changed += Look;
    }

    /// <summary>What the machine is.</summary>
    public HostFacts Machine => _host.Facts;

    /// <summary>Whether the machine's power can be measured.</summary>
    public bool MeasuresEnergy => _host.MeasuresEnergy;

    /// <summary>The newest snapshot.</summary>
    public FloorSnapshot Current
    {
        get
        {
            if (_current is null || Volatile.Read(ref _watchers) == 0)
            {
                Look();
            }
            return _current!;
        }
    }

    /// <summary>Calls back when there is something new to see, as often as the options allow.</summary>
    public IDisposable Subscribe(Func<Task> callback)
    {
        Subscription subscription = _signals.Subscribe(_options.ThrottleInterval, callback);
        lock (_lock)
        {
            if (_watchers++ == 0)
            {
                // Utilisation counts from the sample before: this one makes it begin now.
                _host.Sample();
                _current = null;
                _timer.Change(_options.SampleInterval, _options.SampleInterval);
            }
        }
        return new Watch(subscription, Leave);
    }

    public void Dispose()
    {
        _catalog.Changed -= Look;
        _loads.Changed -= Look;
        _timer.Dispose();
    }

    private void Look()
    {
        lock (_lock)
        {
            FloorSnapshot next = Take(_current);
            if (_current?.ShowsTheSameAs(next) == true)
            {
                return;
            }
            _current = next;
        }
        _signals.Notify();
    }

    private FloorSnapshot Take(FloorSnapshot? before)
    {
        IReadOnlyList<ServedModel> models = _catalog.Models;
        long second = _clock.GetUtcNow().ToUnixTimeSeconds() - 1;
        bool isNewSecond = before?.Second != second;
        ReplicaSnapshot[] replicas =
        [
            .. models.Select(model => ReplicaSnapshot.Read(model, isNewSecond ? null : FindRates(before!, model))),
        ];
        if (!isNewSecond)
        {
            return before! with { Replicas = replicas, Loads = _loads.Loads };
        }
        IReadOnlyList<TenantTotal> totals = TenantTotal.Read(models, _options.TotalsShown, out int leftOut);
        return new FloorSnapshot(second, replicas, _loads.Loads, totals, leftOut, before is null ? null : _host.Sample());
    }

    private static ReplicaRates? FindRates(FloorSnapshot before, ServedModel model) =>
        before.Replicas.FirstOrDefault(replica => replica.Model == model.Name && replica.Device == model.Engine.Device)?.Rates;

    private void Leave()
    {
        lock (_lock)
        {
            if (--_watchers == 0)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
