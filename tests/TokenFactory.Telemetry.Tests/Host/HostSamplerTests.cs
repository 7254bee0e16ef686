using TokenFactory.Telemetry.Host;
using Xunit;

namespace TokenFactory.Telemetry.Tests.Host;

public sealed class HostSamplerTests : IDisposable
{
    private readonly ProcFolder _folder = new();
    private readonly StepClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Sample_CountersMoved_UtilizationIsBusyShareSinceLastSample()
    {
        _folder.Write("proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
        HostSampler sampler = Create();
        // 30 user + 5 nice + 10 system + 2 irq + 2 softirq + 1 steal busy; 40 idle + 10 iowait not; the guest's 30 are in user already.
        _folder.Write("proc/stat", "cpu  130 5 110 740 110 2 2 1 30 0\n");
        Assert.Equal(0.5, sampler.Sample().CpuUtilization);
        Assert.Null(sampler.Sample().CpuUtilization); // No time has passed since.
    }

    [Fact]
    public void Sample_MemInfo_KilobytesAre1024Bytes()
    {
        _folder.Write("proc/meminfo", "MemTotal:       16384256 kB\nMemFree:         1000 kB\nMemAvailable:    8192128 kB\n");
        HostSample sample = Create().Sample();
        Assert.Equal(16384256L * 1024, sample.MemoryTotalBytes);
        Assert.Equal(8192128L * 1024, sample.MemoryAvailableBytes);
        Assert.Equal((16384256L - 8192128L) * 1024, sample.MemoryUsedBytes);
    }

    [Fact]
    public void Sample_TwoPackages_WattsAreTheirJoulesOverTime()
    {
        _folder.WriteRapl("intel-rapl:0", "package-0", 5_000_000, 100_000_000)
            .WriteRapl("intel-rapl:0:0", "core", 0, 100_000_000)
            .WriteRapl("intel-rapl:1", "package-1", 90_000_000, 100_000_000)
            .WriteRapl("intel-rapl:2", "psys", 0, 100_000_000);
        HostSampler sampler = Create();
        _folder.WriteRapl("intel-rapl:0", "package-0", 45_000_000, 100_000_000)
            .WriteRapl("intel-rapl:0:0", "core", 30_000_000, 100_000_000)
            .WriteRapl("intel-rapl:1", "package-1", 10_000_000, 100_000_000) // Wrapped: 10 J to the end and 10 J from the start.
            .WriteRapl("intel-rapl:2", "psys", 70_000_000, 100_000_000);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(sampler.MeasuresEnergy);
        Assert.Equal(30, sampler.Sample().CpuWatts);
    }

    [Fact]
    public void Sample_NothingToRead_EveryFigureIsNull()
    {
        HostSampler sampler = Create();
        HostSample sample = sampler.Sample();
        Assert.Equal((null, null, null, null), (sample.CpuUtilization, sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.CpuWatts));
        Assert.False(sampler.MeasuresEnergy);
        Assert.Equal(Environment.ProcessorCount, sampler.Facts.LogicalCores);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu \n")]
    [InlineData("cpu  1 2\n")]
    [InlineData("cpu  1 2 x 4\n")]
    [InlineData("intr 1 2 3 4\n")]
    public void Parse_NotAStatFile_GivesNull(string text) => Assert.Null(CpuTimes.Parse(text));

    [Theory]
    [InlineData("MemTotal 5 kB")]
    [InlineData("MemTotal: many kB")]
    [InlineData("MemTotalX: 5 kB")]
    public void Find_NotThatFigure_GivesNull(string text) => Assert.Null(MemoryInfo.Find(text, "MemTotal"));

    [Fact]
    public void Facts_CpuInfo_GivesNameAndCores()
    {
        _folder.Write("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD EPYC 9655\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 9655\n");
        Assert.Equal(new HostFacts("AMD EPYC 9655", 2), Create().Facts);
    }

    [Fact]
    public void Sample_ThisMachine_FiguresAreInRange()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        HostSampler sampler = new();
        SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(60));
        HostSample sample = sampler.Sample();
        Assert.InRange(sample.CpuUtilization!.Value, 0, 1);
        Assert.InRange(sample.MemoryUsedBytes!.Value, 1, sample.MemoryTotalBytes!.Value);
    }

    private HostSampler Create() => new(_folder.Proc, _folder.Sys, _clock);
}
