using TokenFactory.Telemetry.Nvml;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Nvml;
using Xunit;

namespace TokenFactory.Telemetry.Tests.Nvml;

public sealed class GpuSamplerTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Sample_OneDevice_ReadsEveryFigure()
    {
        using FakeNvml fake = FakeNvml.Compile("devices 2\ntick 5\nreasons 1 44");
        using GpuSampler sampler = new(fake.LibraryPath);

        sampler.Sample(Second);

        Assert.Equal((GpuDriverState.Works, "NVIDIA driver 580.00.fake, 2 GPUs"), (sampler.Driver.State, sampler.Driver.Words));
        Assert.Equal(
            new GpuFacts(1, "NVIDIA H100 80GB HBM3", "GPU-00000000-0000-0000-0000-000000000001", 80L << 30, 1980, 87), sampler.Gpus[1].Facts);
        Assert.Equal("cuda:1", sampler.Gpus[1].Facts.Id);
        GpuSample expected = new()
        {
            Second = Second,
            State = GpuState.Works,
            UtilizationPercent = 12,
            MemoryUsedBytes = 7L << 30,
            PowerWatts = 298,
            PowerLimitWatts = 700,
            EnergyJoules = 1500,
            Celsius = 46,
            SmClock = 1306,
            MemoryClock = 2619,
            ClockReasons = ClockReasons.HardwareThermalSlowdown | ClockReasons.SoftwarePowerCap,
        };
        Assert.Equal(expected, sampler.Gpus[1].Newest);
    }

    [Fact]
    public void Sample_OldDriver_ReadsTheReasonsByTheirOldName()
    {
        using FakeNvml fake = FakeNvml.Compile("reasons 0 1", oldDriver: true);
        using GpuSampler sampler = new(fake.LibraryPath);

        sampler.Sample(Second);

        Assert.Equal(ClockReasons.GpuIdle, sampler.Gpus[0].Newest!.Value.ClockReasons);
    }

    [Theory]
    [InlineData("nvmlDeviceGetUtilizationRates")]
    [InlineData("nvmlDeviceGetMemoryInfo")]
    [InlineData("nvmlDeviceGetPowerUsage")]
    [InlineData("nvmlDeviceGetEnforcedPowerLimit")]
    [InlineData("nvmlDeviceGetTotalEnergyConsumption")]
    [InlineData("nvmlDeviceGetTemperature")]
    [InlineData("nvmlDeviceGetClockInfo")]
    [InlineData("nvmlDeviceGetCurrentClocksEventReasons")]
    public void Sample_FunctionNotSupported_LeavesOutThatFigureOnly(string function)
    {
        using FakeNvml fake = FakeNvml.Compile($"tick 5\nfail {function} 3");
        using GpuSampler sampler = new(fake.LibraryPath);

        sampler.Sample(Second);

        GpuSample sample = sampler.Gpus[0].Newest!.Value;
        Dictionary<string, object?> figures = new()
        {
            ["nvmlDeviceGetUtilizationRates"] = sample.UtilizationPercent,
            ["nvmlDeviceGetMemoryInfo"] = sample.MemoryUsedBytes,
            ["nvmlDeviceGetPowerUsage"] = sample.PowerWatts,
            ["nvmlDeviceGetEnforcedPowerLimit"] = sample.PowerLimitWatts,
            ["nvmlDeviceGetTotalEnergyConsumption"] = sample.EnergyJoules,
            ["nvmlDeviceGetTemperature"] = sample.Celsius,
            ["nvmlDeviceGetClockInfo"] = sample.SmClock,
            ["nvmlDeviceGetCurrentClocksEventReasons"] = sample.ClockReasons,
        };
        Assert.Equal([function], figures.Where(figure => figure.Value is null).Select(figure => figure.Key));
        Assert.Equal(GpuState.Works, sample.State);
    }

    [Fact]
    public void Sample_GpuFallsOffTheBus_IsLostUntilItComesBack()
    {
        using FakeNvml fake = FakeNvml.Compile("devices 3");
        using GpuSampler sampler = new(fake.LibraryPath);
        sampler.Sample(Second);
        fake.Order("devices 3\nlost 1");
        sampler.Sample(Second + 1);

        Assert.Equal([GpuState.Works, GpuState.Lost, GpuState.Works], sampler.Gpus.Select(gpu => gpu.Newest!.Value.State));
        Assert.Null(sampler.Gpus[1].Newest!.Value.PowerWatts);

        fake.Order("devices 3");
        sampler.Sample(Second + 2);
        Assert.Equal(GpuState.Works, sampler.Gpus[1].Newest!.Value.State);
    }

    [Fact]
    public void Sample_GpuLostFromTheStart_IsThereByItsNumber()
    {
        using FakeNvml fake = FakeNvml.Compile("devices 2\nlost 0");
        using GpuSampler sampler = new(fake.LibraryPath);

        sampler.Sample(Second);

        Assert.Equal(("GPU 0", GpuState.Lost), (sampler.Gpus[0].Facts.Name, sampler.Gpus[0].Newest!.Value.State));
        Assert.Equal(GpuState.Works, sampler.Gpus[1].Newest!.Value.State);
    }

    [Theory]
    [InlineData(9, GpuDriverState.Absent, "No NVIDIA driver is loaded")]
    [InlineData(18, GpuDriverState.Failed, "different versions")]
    [InlineData(999, GpuDriverState.Failed, "999")]
    public void Sample_InitFails_IsAStateAndLookedAtAgain(int code, GpuDriverState state, string words)
    {
        using FakeNvml fake = FakeNvml.Compile($"init {code}");
        using GpuSampler sampler = new(fake.LibraryPath);
        sampler.Sample(Second);
        Assert.Equal(state, sampler.Driver.State);
        Assert.Contains(words, sampler.Driver.Words);
        Assert.Empty(sampler.Gpus);

        fake.Order("devices 1");
        sampler.Sample(Second + 29);
        Assert.Empty(sampler.Gpus);
        sampler.Sample(Second + 30);
        Assert.Single(sampler.Gpus);
    }

    [Fact]
    public void Sample_NoLibrary_IsAbsent()
    {
        using GpuSampler sampler = new("/nonexistent/libnvidia-ml.so.1");

        sampler.Sample(Second);

        Assert.Equal((GpuDriverState.Absent, "No NVIDIA driver: /nonexistent/libnvidia-ml.so.1 was not found."), (sampler.Driver.State, sampler.Driver.Words));
    }

    /// <summary>By the loader's own search: on a machine without a driver, the shown state.</summary>
    [Fact]
    public void Sample_TheMachinesOwnLibrary_IsAKnownState()
    {
        using GpuSampler sampler = new();

        sampler.Sample(Second);

        Assert.Equal(sampler.Driver.State == GpuDriverState.Works, sampler.Gpus.Count > 0);
        Assert.NotEqual(GpuDriverState.Unknown, sampler.Driver.State);
    }

    [Fact]
    public void Sample_SixtyFourDevices_AllocatesNothing()
    {
        using FakeNvml fake = FakeNvml.Compile("devices 64");
        using GpuSampler sampler = new(fake.LibraryPath);
        long second = Second;

        Assert.Equal(0, Allocations.Of(() => sampler.Sample(second++), 20));
        Assert.Equal(64, sampler.Gpus.Count);
    }

    [Fact]
    public void Joules_BetweenTwoSeconds_IsTheCountersDifference()
    {
        using FakeNvml fake = FakeNvml.Compile("tick 100");
        using GpuSampler sampler = new(fake.LibraryPath);
        sampler.Sample(Second);
        fake.Order("tick 160");
        sampler.Sample(Second + 60);

        Assert.Equal(18_000, sampler.Gpus[0].Joules(Second, Second + 60));
        Assert.Equal(18_000, sampler.Gpus[0].Joules(Second + 2, Second + 62)); // Samples may be late by up to two seconds.
        Assert.Null(sampler.Gpus[0].Joules(Second + 30, Second + 60));

        fake.Order("tick 3"); // The driver was loaded anew.
        sampler.Sample(Second + 61);
        Assert.Null(sampler.Gpus[0].Joules(Second, Second + 61));
    }

    [Fact]
    public void Describe_SeveralReasons_TheGravestFirst()
    {
        ClockReasons reasons = ClockReasons.SoftwarePowerCap | ClockReasons.HardwareThermalSlowdown;

        Assert.Equal("too hot: the hardware slows it down; at its power limit", reasons.Describe());
        Assert.True(reasons.IsThrottled());
        Assert.False((ClockReasons.SoftwarePowerCap | ClockReasons.GpuIdle).IsThrottled());
        Assert.Equal("", ClockReasons.None.Describe());
    }
}
