namespace TokenFactory.Telemetry.Nvml;

/// <summary>What a GPU answers.</summary>
public enum GpuState
{
    /// <summary>It was not asked in that second.</summary>
    Unknown,

    Works,

    /// <summary>It has fallen off the bus, or is not reachable any more (<c>NVML_ERROR_GPU_IS_LOST</c>).</summary>
    Lost,

    /// <summary>It must be reset before it can be used (<c>NVML_ERROR_RESET_REQUIRED</c>).</summary>
    NeedsReset,
}

/// <summary>What a GPU is. Null: the driver does not tell.</summary>
/// <param name="Index">NVML's index, in the order of PCI bus addresses.</param>
/// <param name="Name">The maker's name.</param>
/// <param name="Uuid">Unique and stable over reboots.</param>
/// <param name="MemoryBytes">All of its memory, in bytes.</param>
/// <param name="MaxSmClock">The highest clock of its processors, in MHz.</param>
/// <param name="SlowdownCelsius">The temperature at which its hardware slows it down.</param>
public sealed record GpuFacts(int Index, string Name, string? Uuid, long? MemoryBytes, int? MaxSmClock, int? SlowdownCelsius)
{
    /// <summary>The name that engines and people use: <c>cuda:3</c>.</summary>
    public string Id { get; } = FormattableString.Invariant($"cuda:{Index}");
}

/// <summary>A GPU at one moment. Null: the driver or the GPU does not support that figure.</summary>
public readonly record struct GpuSample
{
    /// <summary>The second that had just ended, in Unix time.</summary>
    public long Second { get; init; }

    public GpuState State { get; init; }

    /// <summary>Share of time in which a kernel ran, in percent (<c>nvmlDeviceGetUtilizationRates</c>).</summary>
    public int? UtilizationPercent { get; init; }

    /// <summary>Memory in use, in bytes (<c>nvmlDeviceGetMemoryInfo</c>).</summary>
    public long? MemoryUsedBytes { get; init; }

    /// <summary>Power drawn by the whole board, in watts (<c>nvmlDeviceGetPowerUsage</c>).</summary>
    public double? PowerWatts { get; init; }

    /// <summary>The power limit in force, in watts (<c>nvmlDeviceGetEnforcedPowerLimit</c>).</summary>
    public double? PowerLimitWatts { get; init; }

    /// <summary>Energy since the driver was loaded, in joules (<c>nvmlDeviceGetTotalEnergyConsumption</c>).</summary>
    public double? EnergyJoules { get; init; }

    /// <summary>Temperature of the chip (<c>nvmlDeviceGetTemperature</c>).</summary>
    public int? Celsius { get; init; }

    /// <summary>Clock of the processors, in MHz (<c>nvmlDeviceGetClockInfo</c>).</summary>
    public int? SmClock { get; init; }

    /// <summary>Clock of the memory, in MHz.</summary>
    public int? MemoryClock { get; init; }

    /// <summary>Why the clocks are where they are (<c>nvmlDeviceGetCurrentClocksEventReasons</c>).</summary>
    public ClockReasons? ClockReasons { get; init; }
}
