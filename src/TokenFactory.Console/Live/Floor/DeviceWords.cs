using TokenFactory.Telemetry.Nvml;

namespace TokenFactory.Web.Live.Floor;

/// <summary>A device's state in words.</summary>
internal static class DeviceWords
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static string? Trouble(DeviceSnapshot device) => device switch
    {
        { Gpu: null } => null,
        { Sample.State: GpuState.Lost } => "The GPU is lost: it has fallen off the bus. Restart the machine.",
        { Sample.State: GpuState.NeedsReset } => "The GPU must be reset before it can be used (nvidia-smi --gpu-reset).",
        { Sample.ClockReasons: { } reasons } when reasons.IsThrottled() => $"Throttled: {reasons.Describe()}.",
        _ => null,
    };

    /// <summary>One word or two for a card or a row.</summary>
    public static string State(DeviceSnapshot device) => device switch
    {
        { Gpu: not null, Sample.State: GpuState.Lost } => "lost",
        { Gpu: not null, Sample.State: GpuState.NeedsReset } => "needs reset",
        { Sample.ClockReasons: { } reasons } when reasons.IsThrottled() => "throttled",
        { Replicas.Count: 0 } => "no model",
        _ => device.Replicas.Any(replica => replica.Problem is not null) ? "engine problem" : "serves",
    };
}
