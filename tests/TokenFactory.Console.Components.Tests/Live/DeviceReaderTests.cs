using TokenFactory.Telemetry;
using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Tests.Shared.Nvml;
using TokenFactory.Web.Live.Floor;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class DeviceReaderTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly FakeNvml _fake = FakeNvml.Compile("devices 1\ntick 1");
    private readonly GpuSampler _gpus;
    private readonly MachineMonitor _machine;
    private readonly HashModel _model;

    public DeviceReaderTests()
    {
        _gpus = new GpuSampler(_fake.LibraryPath);
        _machine = new MachineMonitor(new HostSampler(), _gpus, _clock);
        _model = new HashModel(device: "cuda:0", clock: _clock, watts: () => 100);
        _model.Executor.StepTime = TimeSpan.FromMilliseconds(2);
    }

    private long Second => _clock.GetUtcNow().ToUnixTimeSeconds() - 1;

    public void Dispose()
    {
        _model.Dispose();
        _gpus.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public async Task Read_AMinuteOfEnergyAndTokens_GivesTokensPerJoule()
    {
        _machine.Sample();
        Assert.Null(Read().TokensPerJoule);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await _model.RunAsync(tokens: 45);
        _clock.Advance(TimeSpan.FromSeconds(30));
        _fake.Order("devices 1\ntick 2");
        _machine.Sample();

        DeviceSnapshot device = Read();

        // A tick is 300 J.
        Assert.Equal(45 / 300.0, device.TokensPerJoule);
        Assert.Equal(1 - (_model.Executor.Steps * 0.002 * 100 / 300), device.IdleShare!.Value, 1e-9);
        Assert.Equal(("cuda:0", "hash", 2), (device.Id, device.Replicas[0].Model, device.Sample.UtilizationPercent));
    }

    [Fact]
    public void Read_ModelOnTheCpu_StandsBeforeTheIdleGpus()
    {
        using HashModel cpu = new("small");
        _machine.Sample();

        IReadOnlyList<DeviceSnapshot> devices = new DeviceReader(_machine).Read([ReplicaSnapshot.Read(cpu.Served, cpu.Engine, null)], [cpu.Served], Second);

        Assert.Equal([("test:0", 1), ("cuda:0", 0)], devices.Select(device => (device.Id, device.Replicas.Count)));
    }

    private DeviceSnapshot Read() =>
        Assert.Single(new DeviceReader(_machine).Read([ReplicaSnapshot.Read(_model.Served, _model.Engine, null)], [_model.Served], Second));
}
