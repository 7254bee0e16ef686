using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using static TokenFactory.Engine.Cuda.Interop.Nccl.NativeNccl;

namespace TokenFactory.Engine.Cuda.Interop.Nccl;

/// <summary>Devices of this process that add up what each of them has computed. Used by one thread at a time.</summary>
internal sealed unsafe class NcclGroup : IDisposable
{
    private const int Float16 = 6;
    private const int BFloat16 = 9;
    private const int Sum = 0;

    private readonly nint[] _communicators;
    private bool _disposed;

    /// <param name="devices">Ordinals, one a rank.</param>
    /// <exception cref="CudaException">NCCL refuses.</exception>
    public NcclGroup(ReadOnlySpan<int> devices)
    {
        _communicators = new nint[devices.Length];
        fixed (nint* communicators = _communicators)
        {
            fixed (int* ordinals = devices)
            {
                Require(ncclCommInitAll(communicators, devices.Length, ordinals), nameof(ncclCommInitAll));
            }
        }
    }

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => CudaLibraries.IsThere(CudaLibraries.Nccl);

    /// <summary>Enqueues x = the sum of all ranks' x, for every rank on its own stream. Allocates nothing.</summary>
    /// <param name="x">Address on each rank, [count] elements.</param>
    /// <param name="count">Elements.</param>
    /// <param name="type">Their format: fp16 or bf16.</param>
    /// <param name="streams">Each rank's stream.</param>
    public void Add(ReadOnlySpan<nint> x, long count, MatrixType type, ReadOnlySpan<nint> streams)
    {
        Require(ncclGroupStart(), nameof(ncclGroupStart));
        for (int rank = 0; rank < _communicators.Length; rank++)
        {
            Require(
                ncclAllReduce(x[rank], x[rank], (nuint)count, type == MatrixType.Float16 ? Float16 : BFloat16, Sum, _communicators[rank], streams[rank]), nameof(ncclAllReduce));
        }
        Require(ncclGroupEnd(), nameof(ncclGroupEnd));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        foreach (nint communicator in _communicators)
        {
            _ = ncclCommDestroy(communicator);
        }
    }

    private static void Require(int status, string call)
    {
        if (status != 0)
        {
            throw new CudaException(call, status, "ncclResult_t", Marshal.PtrToStringUTF8(ncclGetErrorString(status)) ?? "");
        }
    }
}
