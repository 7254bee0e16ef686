using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>
/// Memory that ends where a page ends, followed on Linux by a page that cannot be touched: reading one byte too many ends the
/// process.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageSize = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _base;
    private readonly nuint _whole;

    public GuardedMemory(long bytes)
    {
        long pages = (bytes + PageSize - 1) / PageSize * PageSize;
        _whole = (nuint)(pages + PageSize);
        _base = (byte*)(OperatingSystem.IsLinux() ? MMap(null, _whole, ReadWrite, PrivateAnonymous, -1, 0) : NativeMemory.AllocZeroed(_whole));
        if (OperatingSystem.IsLinux() && ((nint)_base == -1 || MProtect(_base + pages, PageSize, 0) != 0))
        {
            throw new InsufficientMemoryException("The system gives no guarded memory.");
        }
        Start = _base + pages - bytes;
        Length = checked((int)bytes);
    }

    public byte* Start { get; }

    public int Length { get; }

    public Span<byte> Bytes => new(Start, Length);

    public Span<float> Floats => new(Start, Length / sizeof(float));

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MUnmap(_base, _whole);
        }
        else
        {
            NativeMemory.Free(_base);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);
}
