namespace TokenFactory.Telemetry.Nvml.Interop;

/// <summary><c>nvmlReturn_t</c>: the codes that are told apart here; see nvml.h.</summary>
internal enum NvmlReturn
{
    Success = 0,
    Uninitialized = 1,
    InvalidArgument = 2,
    NotSupported = 3,
    NoPermission = 4,
    DriverNotLoaded = 9,
    LibraryNotFound = 12,
    FunctionNotFound = 13,
    GpuIsLost = 15,
    ResetRequired = 16,
    LibraryDriverMismatch = 18,
    Unknown = 999,
}
