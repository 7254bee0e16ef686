namespace TokenFactory.Web.Live;

/// <summary>Where the machine's figures come from. Section <c>Telemetry</c> of the configuration.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>The NVML library, which answers for the GPUs; null: <c>libnvidia-ml.so.1</c> by the loader's search.</summary>
    public string? NvmlPath { get; set; }

    /// <summary>Where the system's files are, among them the CPU's energy counters (<c>class/powercap</c>); in a container, where the host's are mounted.</summary>
    public string SysFolder { get; set; } = "/sys";
}
