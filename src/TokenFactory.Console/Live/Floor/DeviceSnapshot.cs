using TokenFactory.Telemetry.Host;
using TokenFactory.Telemetry.Nvml;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A device that computes, or could, at one moment: a GPU, or the machine's CPU.</summary>
public sealed record DeviceSnapshot
{
    /// <summary>The name that engines use: <c>cuda:3</c>, <c>cpu:0</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What the GPU is; null for a CPU, and for a GPU that cannot be asked.</summary>
    public GpuFacts? Gpu { get; init; }

    /// <summary>The GPU's newest sample; <see cref="GpuState.Unknown"/> before the first.</summary>
    public GpuSample Sample { get; init; }

    /// <summary>The machine's newest sample, for a CPU.</summary>
    public HostSample? Host { get; init; }

    /// <summary>The models on it; none where it idles.</summary>
    public required IReadOnlyList<ReplicaSnapshot> Replicas { get; init; }

    /// <summary>Generated tokens for each joule of the last minute; null where energy is not measured, or was not for that long.</summary>
    public double? TokensPerJoule { get; init; }

    /// <summary>Share of the last minute's energy that no request is charged with, 0 to 1; null where energy is not measured.</summary>
    public double? IdleShare { get; init; }

    /// <summary>How busy the device was over ten minutes, as an SVG path; see <see cref="Sparkline"/>.</summary>
    public string Busy { get; init; } = "";

    /// <summary>Share of time in which it worked, 0 to 1; null where it is not known.</summary>
    public double? Utilization => Gpu is null ? Host?.CpuUtilization : Sample.UtilizationPercent / 100.0;

    public long? MemoryUsedBytes => Gpu is null ? Host?.MemoryUsedBytes : Sample.MemoryUsedBytes;

    public long? MemoryBytes => Gpu is null ? Host?.MemoryTotalBytes : Gpu.MemoryBytes;

    /// <summary>In watts.</summary>
    public double? Power => Gpu is null ? Host?.CpuWatts : Sample.PowerWatts;

    public int Out => Replicas.Sum(replica => replica.Rates.Out);

    public int In => Replicas.Sum(replica => replica.Rates.In);

    /// <summary>Sequences in a step, over its models; null where none stepped.</summary>
    public double? Rows => Replicas.Any(replica => replica.Rates.RowsMean is not null) ? Replicas.Sum(replica => replica.Rates.RowsMean ?? 0) : null;

    public int MaxRunning => Replicas.Sum(replica => replica.MaxRunning);

    public LaneCounts Running => Replicas.Aggregate(default(LaneCounts), (sum, replica) => sum + replica.Running);

    public LaneCounts Waiting => Replicas.Aggregate(default(LaneCounts), (sum, replica) => sum + replica.Waiting);

    public int KvUsed => Replicas.Sum(replica => replica.KvUsed);

    public int KvCached => Replicas.Sum(replica => replica.KvCached);

    public int KvFree => Replicas.Sum(replica => replica.KvFree);

    public bool Equals(DeviceSnapshot? other) =>
        other is not null && Id == other.Id && Name == other.Name && Gpu == other.Gpu && Sample == other.Sample && Host == other.Host
        && TokensPerJoule.Equals(other.TokensPerJoule) && IdleShare.Equals(other.IdleShare) && Busy == other.Busy && Replicas.SequenceEqual(other.Replicas);

    public override int GetHashCode() => HashCode.Combine(Id, Sample.Second, Replicas.Count);
}
