using System.Runtime.InteropServices;

namespace TokenFactory.Telemetry.Nvml.Interop;

/// <summary><c>nvmlUtilization_t</c>, in percent over the driver's own sample period.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlUtilization
{
    /// <summary>Share of time in which a kernel ran.</summary>
    public uint Gpu;

    /// <summary>Share of time in which memory was read or written.</summary>
    public uint Memory;
}

/// <summary><c>nvmlMemory_t</c>, in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlMemory
{
    public ulong Total;
    public ulong Free;
    public ulong Used;
}

/// <summary><c>nvmlClockType_t</c>.</summary>
internal enum NvmlClock
{
    Graphics = 0,
    Sm = 1,
    Memory = 2,
    Video = 3,
}
