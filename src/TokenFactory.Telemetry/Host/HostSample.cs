namespace TokenFactory.Telemetry.Host;

/// <summary>The machine at one moment. Null: the figure cannot be had here, or needs a second sample.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="CpuUtilization">Share of all cores' time that was busy since the sample before, 0 to 1 (<c>/proc/stat</c>).</param>
/// <param name="MemoryTotalBytes">Memory that the system manages, in bytes (<c>MemTotal</c> in <c>/proc/meminfo</c>).</param>
/// <param name="MemoryAvailableBytes">What programs could still get without swapping, in bytes (<c>MemAvailable</c>).</param>
/// <param name="CpuWatts">Mean power of all CPU packages since the sample before, in watts (RAPL, <c>/sys/class/powercap</c>).</param>
public sealed record HostSample(
    DateTimeOffset At, double? CpuUtilization, long? MemoryTotalBytes, long? MemoryAvailableBytes, double? CpuWatts)
{
    /// <summary>Energy of all CPU packages since the first sample, in joules; null where it is not measured.</summary>
    public double? CpuJoules { get; init; }

    /// <summary>Memory in use, in bytes: total less available.</summary>
    public long? MemoryUsedBytes => MemoryTotalBytes - MemoryAvailableBytes;
}
