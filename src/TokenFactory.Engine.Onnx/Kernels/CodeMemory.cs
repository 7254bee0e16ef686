using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Kernels;

/// <summary>
/// Machine code in memory of its own. The pages are written first and made executable afterwards: at no time are they both, so
/// that systems which forbid such pages accept them.
/// </summary>
internal sealed unsafe partial class CodeMemory : IDisposable
{
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int PrivateAnonymous = 0x22;
    private const uint CommitReserve = 0x3000;
    private const uint Release = 0x8000;
    private const uint PageReadWrite = 4;
    private const uint PageExecuteRead = 0x20;

    private readonly nuint _length;
    private void* _base;

    /// <summary>Copies code to fresh pages and makes them executable.</summary>
    /// <exception cref="Win32Exception">The system refuses the memory, or to execute it.</exception>
    public CodeMemory(ReadOnlySpan<byte> code)
    {
        _length = (nuint)code.Length;
        _base = Map(_length);
        code.CopyTo(new Span<byte>(_base, code.Length));
        if (!MakeExecutable())
        {
            int error = Marshal.GetLastPInvokeError();
            Dispose();
            throw new Win32Exception(error, "The system refuses to execute code that is made at run time.");
        }
    }

    /// <summary>The first byte of the code.</summary>
    public nint Base => (nint)_base;

    public void Dispose()
    {
        if (_base == null)
        {
            return;
        }
        _ = OperatingSystem.IsWindows() ? VirtualFree(_base, 0, Release) : MUnmap(_base, _length);
        _base = null;
    }

    private static void* Map(nuint length)
    {
        void* address = OperatingSystem.IsWindows()
            ? VirtualAlloc(null, length, CommitReserve, PageReadWrite)
            : MMap(null, length, ReadWrite, PrivateAnonymous, -1, 0);
        return address != null && (nint)address != -1
            ? address
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), "The system has no memory for code that is made at run time.");
    }

    private bool MakeExecutable() => OperatingSystem.IsWindows()
        ? VirtualProtect(_base, _length, PageExecuteRead, out _) != 0
        : MProtect(_base, _length, ReadExecute) == 0;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(void* address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint previous);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    private static partial int VirtualFree(void* address, nuint size, uint type);
}
