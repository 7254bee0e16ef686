namespace TokenFactory.Engine.Cuda.Interop;

/// <summary>A CUDA library refused a call. The message has the call, the library's own name of the error and what it says of it.</summary>
public sealed class CudaException(string call, int code, string name, string text)
    : Exception($"{call} failed: {name} ({code}){(text.Length > 0 ? $", {text}" : "")}.")
{
    private const int UncorrectableMemory = 214;
    private const int NvLinkUncorrectable = 220;
    private const int IllegalAddress = 700;
    private const int LaunchTimeout = 702;
    private const int ContextDestroyed = 709;
    private const int Assert = 710;
    private const int HardwareStack = 714;
    private const int LaunchFailed = 719;
    private const int Unknown = 999;

    /// <summary>The library's number of the error.</summary>
    public int Code { get; } = code;

    /// <summary>
    /// Whether the device computes nothing more in this process: the driver gives such an error, of a kernel or of the device itself, to
    /// every later call too. cuBLASLt's own numbers are all smaller.
    /// </summary>
    public bool IsDeviceLost => Code is UncorrectableMemory or NvLinkUncorrectable or IllegalAddress or LaunchTimeout or ContextDestroyed or Assert or (>= HardwareStack and <= LaunchFailed) or Unknown;

    /// <summary>Whether the device had too little memory.</summary>
    public bool IsOutOfMemory => Code == Driver.DriverStatus.OutOfMemory && Name == "CUDA_ERROR_OUT_OF_MEMORY";

    /// <summary>The library's name of the error, for instance <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</summary>
    public string Name { get; } = name;
}
