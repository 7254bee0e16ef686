using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Interop.Nccl;

/// <summary>NCCL as it is; <c>ncclResult_t</c> out, 0 for success. Loaded at its first call, which only a model on several devices makes.</summary>
internal static unsafe partial class NativeNccl
{
    private const string Library = CudaLibraries.Nccl;

    static NativeNccl() => CudaLibraries.Register();

    [LibraryImport(Library)]
    internal static partial int ncclCommInitAll(nint* communicators, int count, int* devices);

    [LibraryImport(Library)]
    internal static partial int ncclCommDestroy(nint communicator);

    [LibraryImport(Library)]
    internal static partial int ncclGroupStart();

    [LibraryImport(Library)]
    internal static partial int ncclGroupEnd();

    [LibraryImport(Library)]
    internal static partial int ncclAllReduce(nint from, nint to, nuint count, int type, int operation, nint communicator, nint stream);

    [LibraryImport(Library)]
    internal static partial nint ncclGetErrorString(int result);
}
