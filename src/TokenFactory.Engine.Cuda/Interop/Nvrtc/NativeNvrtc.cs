using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Interop.Nvrtc;

/// <summary>NVRTC as it is; <c>nvrtcResult</c> in, 0 for success.</summary>
internal static unsafe partial class NativeNvrtc
{
    private const string Library = CudaLibraries.Nvrtc;

    static NativeNvrtc() => CudaLibraries.Register();

    [LibraryImport(Library)]
    internal static partial int nvrtcVersion(out int major, out int minor);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetNumSupportedArchs(out int count);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetSupportedArchs(int* architectures);

    [LibraryImport(Library)]
    internal static partial nint nvrtcGetErrorString(int result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nvrtcCreateProgram(out nint program, string source, string name, int headers, nint* headerTexts, nint* headerNames);

    [LibraryImport(Library)]
    internal static partial int nvrtcCompileProgram(nint program, int count, nint* options);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetProgramLogSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetProgramLog(nint program, byte* log);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetCUBINSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetCUBIN(nint program, byte* image);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetPTXSize(nint program, out nuint bytes);

    [LibraryImport(Library)]
    internal static partial int nvrtcGetPTX(nint program, byte* image);

    [LibraryImport(Library)]
    internal static partial int nvrtcDestroyProgram(ref nint program);
}
