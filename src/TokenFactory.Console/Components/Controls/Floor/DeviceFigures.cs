using System.Globalization;
using TokenFactory.Telemetry.Nvml;
using TokenFactory.Web.Live.Floor;

namespace TokenFactory.Web.Components.Controls.Floor;

/// <summary>A device's figures as cards and rows show them, and where each comes from. A dash: it is not known.</summary>
internal static class DeviceFigures
{
    public const string Unknown = "–";

    public const string OutSource = "Tokens generated in the last full second by all models on the device, counted by the engine loop as each step ends.";
    public const string InSource = "Prompt tokens computed in the last full second, counted by the engine loop.";
    public const string BatchSource = "Sequences in a step, mean over the steps of the last 5 s; the bound is the batch policy's.";
    public const string LaneSource = "Requests by lane (interactive / agentic / batch), counted by the scheduler after the last step.";
    public const string KvSource = "KV blocks used / cached / free: the block manager's own counts after the last step.";
    public const string UtilizationSource = "GPU: share of time in which a kernel ran (nvmlDeviceGetUtilizationRates). CPU: busy share of all cores (/proc/stat).";
    public const string MemorySource = "GPU: nvmlDeviceGetMemoryInfo, used of total. CPU: MemTotal less MemAvailable in /proc/meminfo.";
    public const string PowerSource = "GPU: the whole board (nvmlDeviceGetPowerUsage), with the limit in force. CPU: all packages (RAPL, /sys/class/powercap).";
    public const string TemperatureSource = "The chip's sensor (nvmlDeviceGetTemperature).";
    public const string ClockSource = "Clock of the processors (nvmlDeviceGetClockInfo, SM), and why it is not higher (nvmlDeviceGetCurrentClocksEventReasons).";

    public static string Whole(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Batch(DeviceSnapshot device) => device.Rows is { } rows ? rows.ToString("F1", CultureInfo.InvariantCulture) : Unknown;

    public static string Lanes(LaneCounts lanes) => FormattableString.Invariant($"{lanes.Interactive:N0} / {lanes.Agentic:N0} / {lanes.Batch:N0}");

    public static string Kv(DeviceSnapshot device) =>
        device.Replicas.Count == 0 ? Unknown : FormattableString.Invariant($"{device.KvUsed:N0} / {device.KvCached:N0} / {device.KvFree:N0}");

    public static string Utilization(DeviceSnapshot device) => device.Utilization is { } share ? share.ToString("P0", CultureInfo.InvariantCulture) : Unknown;

    public static string Memory(DeviceSnapshot device) => Gibibytes(device.MemoryUsedBytes);

    public static string MemoryUnit(DeviceSnapshot device) => $"of {Gibibytes(device.MemoryBytes)} GiB";

    public static string Power(DeviceSnapshot device) => device.Power is { } watts ? watts.ToString("N0", CultureInfo.InvariantCulture) : Unknown;

    public static string PowerUnit(DeviceSnapshot device) =>
        device.Sample.PowerLimitWatts is { } limit ? FormattableString.Invariant($"of {limit:N0} W") : "W";

    public static string Temperature(DeviceSnapshot device) => device.Sample.Celsius is { } celsius ? celsius.ToString(CultureInfo.InvariantCulture) : Unknown;

    public static string Clock(DeviceSnapshot device) => device.Sample.SmClock is { } clock ? clock.ToString("N0", CultureInfo.InvariantCulture) : Unknown;

    public static string ClockUnit(DeviceSnapshot device) => device.Gpu?.MaxSmClock is { } most ? FormattableString.Invariant($"of {most:N0} MHz") : "MHz";

    /// <summary>Why the clock is where it is; null where nothing holds it or nobody knows.</summary>
    public static string? ClockNote(DeviceSnapshot device) => device.Sample.ClockReasons?.Describe() is { Length: > 0 } words ? words : null;

    public static string PerJoule(DeviceSnapshot device) =>
        device.TokensPerJoule is { } tokens ? tokens.ToString(tokens < 10 ? "F2" : "F1", CultureInfo.InvariantCulture) : "not measured";

    public static string PerJouleSource(DeviceSnapshot device) => device switch
    {
        { TokensPerJoule: not null, Gpu: null } => "Generated tokens of the last minute for each joule of all CPU packages (RAPL): whatever else the machine does counts too.",
        { TokensPerJoule: not null } => "Generated tokens of the last minute for each joule of the whole board, by its energy counter (nvmlDeviceGetTotalEnergyConsumption).",
        { Gpu: null, Host.CpuJoules: null } => "Not measured: the CPU's energy counters (RAPL, /sys/class/powercap) cannot be read on this machine.",
        { Gpu: not null, Sample: { State: GpuState.Works, EnergyJoules: null } } => "Not measured: this GPU has no energy counter (nvmlDeviceGetTotalEnergyConsumption is not supported).",
        { Gpu: not null, Sample.State: not GpuState.Works } => "Not measured: the GPU does not answer.",
        _ => "Not measured yet: it takes a minute of energy readings.",
    };

    public const string IdleSource =
        "Share of the last minute's energy that no request is charged with: a step's energy, the power over its time, is split over its requests by tokens; the rest was drawn between steps.";

    public static string Idle(DeviceSnapshot device) => device.IdleShare is { } share ? share.ToString("P0", CultureInfo.InvariantCulture) : Unknown;

    private static string Gibibytes(long? bytes) => bytes is { } value ? (value / (double)(1L << 30)).ToString("F1", CultureInfo.InvariantCulture) : Unknown;
}
