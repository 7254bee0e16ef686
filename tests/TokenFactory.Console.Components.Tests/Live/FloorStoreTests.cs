using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class FloorStoreTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly ModelCatalog _catalog = new();
    private readonly ModelLoadBoard _loads;
    private readonly MemoryLedger _ledger = new();
    private readonly HashModel _model = new();
    private readonly FloorStore _store;
    private int _calls;

    public FloorStoreTests()
    {
        _loads = new ModelLoadBoard(_clock);
        IOptions<LiveOptions> options = Options.Create(new LiveOptions { TotalsShown = 1 });
        UsageReader reader = new(TenancyDatabase.At("Data Source=/nonexistent/factory.db"));
        MachineMonitor machine = new(new HostSampler(), new GpuSampler("/nonexistent/libnvidia-ml.so.1"), _clock);
        LedgerTotals totals = new(reader, options, _clock, NullLogger<LedgerTotals>.Instance);
        _store = new FloorStore(_catalog, _loads, machine, _ledger, totals, _clock, options, NullLogger<FloorStore>.Instance);
    }

    public void Dispose()
    {
        _store.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Current_NobodyWatches_IsFreshEachTime()
    {
        Assert.Empty(_store.Current.Replicas);

        _catalog.Add(_model.Served);

        Assert.Equal("hash@test:0", Assert.Single(_store.Current.Replicas).Key);
    }

    [Fact]
    public void Subscribe_TimePasses_SignalsOnceASecond()
    {
        using IDisposable watch = _store.Subscribe(Count);

        _clock.Advance(10 * Second);

        Assert.InRange(_calls, 10, 11);
    }

    [Fact]
    public void Subscribe_LoadAppears_SignalsWithoutWaitingForTheNextLook()
    {
        using IDisposable watch = _store.Subscribe(Count);
        _clock.Advance(Second);
        int before = _calls;

        _loads.Begin("a");
        // The throttle is over, the next look is not due.
        _clock.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Equal(before + 1, _calls);
        Assert.Equal("a", Assert.Single(_store.Current.Loads).Model);
    }

    [Fact]
    public void Dispose_OfTheLastWatch_EndsTheLooks()
    {
        IDisposable watch = _store.Subscribe(Count);
        _clock.Advance(3 * Second);
        int before = _calls;

        watch.Dispose();
        watch.Dispose();
        _clock.Advance(10 * Second);

        Assert.Equal(before, _calls);
    }

    [Fact]
    public async Task Current_AfterRequestsOfTwoTenants_ShowsTheGreaterAndCountsTheOther()
    {
        _catalog.Add(_model.Served);
        await RunAsync("small", 3);
        await RunAsync("great", 9);

        _clock.Advance(Second);
        FloorSnapshot floor = _store.Current;

        Assert.Equal(("great", 9L, 2L), (floor.Totals[0].Tenant, floor.Totals[0].Generated, floor.Totals[0].Prefill));
        Assert.Equal((1, 1), (floor.Totals.Count, floor.TotalsLeftOut));
        ReplicaSnapshot replica = floor.Replicas[0];
        Assert.Equal(256, replica.KvUsed + replica.KvCached + replica.KvFree);
        Assert.Equal(0, replica.Running.Total);
    }

    [Fact]
    public void Current_LedgerIsInTrouble_NeedsAttention()
    {
        _ledger.Problem = "The disk is full.";

        Attention attention = Assert.Single(_store.Current.Attentions);

        Assert.True(attention.IsGrave);
        Assert.Contains("The disk is full.", attention.Words);
    }

    [Fact]
    public void Current_NoGpuAndNoModel_TheCpuIsTheDevice() =>
        Assert.Equal(("cpu:0", 0), (Assert.Single(_store.Current.Devices).Id, _store.Current.Devices[0].Replicas.Count));

    private async Task RunAsync(string tenant, int tokens)
    {
        _model.Engine.TrySubmit(
            new GenerationRequest { Id = tenant, Tenant = tenant, Prompt = [tenant.Length, tenant[0]], MaxNewTokens = tokens }, out Generation? generation);
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
        }
        // The status that pages read is written at the end of the step that gave the last token.
        Assert.True(SpinWait.SpinUntil(() => _model.Engine.Status.Running(Engine.Sequences.Lane.Interactive) == 0, Second));
    }

    private Task Count()
    {
        _calls++;
        return Task.CompletedTask;
    }
}
