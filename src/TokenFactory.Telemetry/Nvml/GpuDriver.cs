using TokenFactory.Telemetry.Nvml.Interop;

namespace TokenFactory.Telemetry.Nvml;

/// <summary>Whether GPUs can be asked.</summary>
public enum GpuDriverState
{
    /// <summary>Nobody has looked yet.</summary>
    Unknown,

    /// <summary>There is no NVIDIA driver on this machine, or it is not loaded: a normal state.</summary>
    Absent,

    /// <summary>There is one, and it refuses.</summary>
    Failed,

    Works,
}

/// <summary>The NVIDIA driver as it was found.</summary>
/// <param name="State">Whether GPUs can be asked.</param>
/// <param name="Words">The same for people, with the reason.</param>
public sealed record GpuDriver(GpuDriverState State, string Words)
{
    internal static GpuDriver Unknown { get; } = new(GpuDriverState.Unknown, "GPUs have not been looked for yet.");

    internal static GpuDriver NoLibrary(string path) => new(GpuDriverState.Absent, $"No NVIDIA driver: {path} was not found.");

    internal static GpuDriver Found(string? version, int devices) =>
        new(GpuDriverState.Works, FormattableString.Invariant($"NVIDIA driver {version ?? "of unknown version"}, {devices} {(devices == 1 ? "GPU" : "GPUs")}"));

    internal static GpuDriver Refused(NvmlReturn result) => result switch
    {
        NvmlReturn.DriverNotLoaded => new(GpuDriverState.Absent, "No NVIDIA driver is loaded (nvmlInit: driver not loaded)."),
        NvmlReturn.LibraryDriverMismatch => new(GpuDriverState.Failed, "The NVIDIA driver and its library are of different versions: restart the machine, or reload the driver."),
        NvmlReturn.NoPermission => new(GpuDriverState.Failed, "The NVIDIA driver may not be asked by this user: give it access to /dev/nvidiactl."),
        _ => new(GpuDriverState.Failed, $"The NVIDIA driver refuses (nvmlInit: {(int)result} {result})."),
    };
}
