using TokenFactory.Telemetry.Nvml.Interop;

namespace TokenFactory.Telemetry.Nvml;

/// <summary>One GPU: what it is, and its last ten minutes.</summary>
public sealed class Gpu
{
    private readonly NvmlLibrary _nvml;
    private nint _device;

    internal Gpu(NvmlLibrary nvml, int index)
    {
        _nvml = nvml;
        if (nvml.Handle((uint)index, out _device) != NvmlReturn.Success)
        {
            _device = 0;
        }
        Facts = new GpuFacts(
            index,
            _device == 0 ? $"GPU {index}" : nvml.Name(_device) ?? $"GPU {index}",
            _device == 0 ? null : nvml.Uuid(_device),
            _device != 0 && nvml.Memory(_device, out NvmlMemory memory) == NvmlReturn.Success ? (long)memory.Total : null,
            _device != 0 ? Figure(nvml.MaxClock(_device, NvmlClock.Sm, out uint clock), clock) : null,
            _device != 0 ? Figure(nvml.SlowdownTemperature(_device, out uint celsius), celsius) : null);
    }

    public GpuFacts Facts { get; }

    /// <summary>Samples of the last ten minutes.</summary>
    public SecondRing<GpuSample> History { get; } = new();

    /// <summary>The newest sample; null before the first.</summary>
    public GpuSample? Newest => History.Newest;

    /// <summary>Joules drawn between the ends of two seconds; null where the GPU has no energy counter or was not asked then.</summary>
    public double? Joules(long from, long to) => EnergyMeter.Joules(History, static sample => sample.EnergyJoules, from, to);

    /// <summary>Asks for all figures; allocates nothing.</summary>
    internal void Sample(long second)
    {
        GpuState state = FindState(out NvmlUtilization utilization, out bool hasUtilization);
        GpuSample sample = new() { Second = second, State = state };
        History.Add(second, state == GpuState.Works ? Read(sample, hasUtilization ? (int)utilization.Gpu : null) : sample);
    }

    /// <summary>The first question tells whether the GPU is there; a figure that it merely does not support says nothing about that.</summary>
    private GpuState FindState(out NvmlUtilization utilization, out bool hasUtilization)
    {
        utilization = default;
        hasUtilization = false;
        NvmlReturn result = _device != 0 ? NvmlReturn.Success : _nvml.Handle((uint)Facts.Index, out _device);
        if (result == NvmlReturn.Success)
        {
            result = _nvml.Utilization(_device, out utilization);
            hasUtilization = result == NvmlReturn.Success;
        }
        else
        {
            _device = 0;
        }
        return result switch
        {
            NvmlReturn.GpuIsLost => GpuState.Lost,
            NvmlReturn.ResetRequired => GpuState.NeedsReset,
            _ => _device == 0 ? GpuState.Unknown : GpuState.Works,
        };
    }

    private GpuSample Read(GpuSample sample, int? utilization)
    {
        NvmlReturn memoryRead = _nvml.Memory(_device, out NvmlMemory memory);
        if (memoryRead == NvmlReturn.GpuIsLost)
        {
            // Where utilisation is not supported, this is the first question that tells.
            return sample with { State = GpuState.Lost };
        }
        NvmlReturn energy = _nvml.Energy(_device, out ulong millijoules);
        NvmlReturn reasons = _nvml.ClockReasons(_device, out ulong bits);
        return sample with
        {
            UtilizationPercent = utilization,
            MemoryUsedBytes = memoryRead == NvmlReturn.Success ? (long)memory.Used : null,
            PowerWatts = Figure(_nvml.Power(_device, out uint milliwatts), milliwatts) / 1000.0,
            PowerLimitWatts = Figure(_nvml.PowerLimit(_device, out uint limit), limit) / 1000.0,
            EnergyJoules = energy == NvmlReturn.Success ? millijoules / 1000.0 : null,
            Celsius = Figure(_nvml.Temperature(_device, out uint celsius), celsius),
            SmClock = Figure(_nvml.Clock(_device, NvmlClock.Sm, out uint sm), sm),
            MemoryClock = Figure(_nvml.Clock(_device, NvmlClock.Memory, out uint memoryClock), memoryClock),
            ClockReasons = reasons == NvmlReturn.Success ? (ClockReasons)bits : null,
        };
    }

    private static int? Figure(NvmlReturn result, uint value) => result == NvmlReturn.Success ? (int)value : null;
}
