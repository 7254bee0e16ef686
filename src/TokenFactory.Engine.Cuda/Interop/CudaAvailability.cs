namespace TokenFactory.Engine.Cuda.Interop;

/// <summary>Whether CUDA can be used here.</summary>
public enum CudaState
{
    /// <summary>There is a device, and all libraries.</summary>
    Available,

    /// <summary>The driver's library is not on this machine.</summary>
    NoDriver,

    /// <summary>The driver is there and finds no device.</summary>
    NoDevice,

    /// <summary>The driver is older than the CUDA that the other libraries are of.</summary>
    DriverTooOld,

    /// <summary>NVRTC or cuBLASLt is not on this machine.</summary>
    NoLibrary,
}

/// <summary>Whether CUDA can be used, and in words why not and what to do.</summary>
/// <param name="State">The state.</param>
/// <param name="Words">For people; empty where it can be used.</param>
/// <param name="Devices">Devices found.</param>
public sealed record CudaAvailability(CudaState State, string Words, int Devices)
{
    public bool IsAvailable => State == CudaState.Available;
}
