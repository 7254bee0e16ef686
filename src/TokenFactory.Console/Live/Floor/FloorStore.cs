using Microsoft.Extensions.Options;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Host;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Live.Signals;

namespace TokenFactory.Web.Live.Floor;

/// <summary>
/// Looks at engines and machine while somebody watches, once for everybody, and signals when there is something new to see. Queue and
/// KV counts are read at every look; rates, totals and the machine once a second.
/// </summary>
public sealed class FloorStore : IDisposable
{
    private const int MostQuickDevices = 8;

    private readonly Lock _lock = new();
    private readonly ModelCatalog _catalog;
    private readonly ModelLoadBoard _loads;
    private readonly MachineMonitor _machine;
    private readonly DeviceReader _devices;
    private readonly IUsageLedger _ledger;
    private readonly LedgerTotals _totals;
    private readonly PreemptionWindow _preemptions = new();
    private readonly TimeProvider _clock;
    private readonly LiveOptions _options;
    private readonly SignalSource _signals;
    private readonly ITimer _timer;
    private volatile FloorSnapshot? _current;
    private int _watchers;

    public FloorStore(
        ModelCatalog catalog,
        ModelLoadBoard loads,
        MachineMonitor machine,
        IUsageLedger ledger,
        LedgerTotals totals,
        TimeProvider clock,
        IOptions<LiveOptions> options,
        ILogger<FloorStore> logger)
    {
        _catalog = catalog;
        _loads = loads;
        _machine = machine;
        _devices = new DeviceReader(machine);
        _ledger = ledger;
        _totals = totals;
        _clock = clock;
        _options = options.Value;
        _signals = new SignalSource(clock, logger);
        _timer = clock.CreateTimer(static store => ((FloorStore)store!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _catalog.Changed += Look;
        _loads.Changed += Look;
    }

    /// <summary>How many watch.</summary>
    internal int Watchers => _signals.Count;

    /// <summary>What the machine is.</summary>
    public HostFacts Machine => _machine.Facts;

    /// <summary>Whether the machine's power can be measured.</summary>
    public bool MeasuresEnergy => _machine.MeasuresEnergy;

    /// <summary>The utilisation, power and clock of a device over ten minutes.</summary>
    public DeviceSeries ReadSeries(DeviceSnapshot device, long lastSecond) => DeviceSeries.Read(_machine, device, lastSecond);

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
            FloorSnapshot? before = _current;
            long second = _clock.GetUtcNow().ToUnixTimeSeconds() - 1;
            if (before?.Second == second && before.Devices.Count > MostQuickDevices && before.Loads.SequenceEqual(_loads.Loads))
            {
                // Nobody reads a floor of many devices several times a second.
                return;
            }
            FloorSnapshot next = Take(before, second);
            if (before?.ShowsTheSameAs(next) == true)
            {
                return;
            }
            _current = next;
        }
        _signals.Notify();
    }

    private FloorSnapshot Take(FloorSnapshot? before, long second)
    {
        IReadOnlyList<ServedModel> models = _catalog.Models;
        bool isNewSecond = before?.Second != second;
        ReplicaSnapshot[] replicas =
        [
            .. models.SelectMany(model => model.Replicas.Select(engine => ReadReplica(model, engine, isNewSecond ? null : FindRates(before!, model, engine), second))),
        ];
        _preemptions.Keep([.. replicas.Select(replica => replica.Key)]);
        IReadOnlyList<TenantTotal> totals = before?.Totals ?? [];
        int leftOut = before?.TotalsLeftOut ?? 0;
        if (isNewSecond)
        {
            totals = TenantTotal.Read(models, _options.TotalsShown, out leftOut);
        }
        FloorSnapshot next = new(second, replicas, _loads.Loads, totals, leftOut, _machine.Newest)
        {
            Devices = KeepUnchanged(before?.Devices ?? [], _devices.Read(replicas, models, second)),
            Driver = _machine.Driver,
            Used = _totals.Newest,
        };
        return next with { Attentions = Attention.Find(next, _ledger.Problem) };
    }

    private ReplicaSnapshot ReadReplica(ServedModel model, EngineLoop engine, ReplicaRates? rates, long second)
    {
        ReplicaSnapshot replica = ReplicaSnapshot.Read(model, engine, rates);
        return replica with { RecentPreemptions = _preemptions.Add(replica.Key, second, replica.Preemptions) };
    }

    /// <summary>A device that looks as before stays the same object, so that its row and card need no rendering.</summary>
    private static IReadOnlyList<DeviceSnapshot> KeepUnchanged(IReadOnlyList<DeviceSnapshot> before, IReadOnlyList<DeviceSnapshot> next) =>
        [.. next.Select((device, index) => index < before.Count && before[index].Equals(device) ? before[index] : device)];

    private static ReplicaRates? FindRates(FloorSnapshot before, ServedModel model, EngineLoop engine) =>
        before.Replicas.FirstOrDefault(replica => replica.Model == model.Name && replica.Device == engine.Device)?.Rates;

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
