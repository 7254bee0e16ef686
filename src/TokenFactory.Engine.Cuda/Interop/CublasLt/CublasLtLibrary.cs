using TokenFactory.Engine.Cuda.Memory;
using static TokenFactory.Engine.Cuda.Interop.CublasLt.NativeCublasLt;

namespace TokenFactory.Engine.Cuda.Interop.CublasLt;

/// <summary>The library for one replica: its handle, and a workspace that all products of the replica's stream share.</summary>
internal sealed class CublasLtLibrary : IDisposable
{
    /// <summary>What NVIDIA recommends for Hopper; more is not used.</summary>
    public const long WorkspaceSize = 32L << 20;

    private readonly DeviceMemory _workspace = new(WorkspaceSize);

    public CublasLtLibrary()
    {
        Require(cublasLtCreate(out nint handle), nameof(cublasLtCreate));
        Handle = handle;
    }

    public nint Handle { get; }

    public nint Workspace => _workspace.Value;

    public long WorkspaceBytes => _workspace.Bytes;

    public void Dispose()
    {
        _ = cublasLtDestroy(Handle);
        _workspace.Dispose();
    }

    internal static void Require(int status, string call)
    {
        if (status != 0)
        {
            throw new CudaException(call, status, NameOf(status), "");
        }
    }

    private static string NameOf(int status) => status switch
    {
        1 => "CUBLAS_STATUS_NOT_INITIALIZED",
        3 => "CUBLAS_STATUS_ALLOC_FAILED",
        7 => "CUBLAS_STATUS_INVALID_VALUE",
        8 => "CUBLAS_STATUS_ARCH_MISMATCH",
        13 => "CUBLAS_STATUS_EXECUTION_FAILED",
        14 => "CUBLAS_STATUS_INTERNAL_ERROR",
        15 => "CUBLAS_STATUS_NOT_SUPPORTED",
        _ => "an unknown status",
    };
}
