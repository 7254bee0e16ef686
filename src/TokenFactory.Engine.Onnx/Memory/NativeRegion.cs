using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Memory;

/// <summary>
/// A large piece of native memory whose pages cost nothing until they are touched. On Linux it is an anonymous mapping without
/// reserve, and ranges can be given back; elsewhere an aligned allocation, whose pages the system may commit at once.
/// </summary>
internal sealed unsafe partial class NativeRegion : IDisposable
{
    private const int PageSize = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymousNoReserve = 0x4022;
    private const int DontNeed = 4;
    private const int HugePage = 14;
    private const int LargePageSize = 2 << 20;

    private void* _base;

    /// <param name="bytes">Its length.</param>
    /// <param name="largePages">Whether the system may back it with large pages, which it then commits whole.</param>
    public NativeRegion(long bytes, bool largePages = false)
    {
        ByteCount = largePages ? (bytes + LargePageSize - 1) / LargePageSize * LargePageSize : Math.Max(bytes, PageSize);
        _base = OperatingSystem.IsLinux()
            ? Map(ByteCount)
            : NativeMemory.AlignedAlloc((nuint)ByteCount, PageSize);
        if (largePages && OperatingSystem.IsLinux())
        {
            // Where the system refuses, small pages serve too.
            _ = MAdvise(_base, (nuint)ByteCount, HugePage);
        }
    }

    public long ByteCount { get; }

    public byte* Base => (byte*)_base;

    /// <summary>Gives back the whole pages inside a range; their content becomes zero. Does nothing where the system cannot.</summary>
    public void Discard(long offset, long length)
    {
        long first = (offset + PageSize - 1) / PageSize * PageSize;
        long end = (offset + length) / PageSize * PageSize;
        if (end > first && OperatingSystem.IsLinux())
        {
            _ = MAdvise(Base + first, (nuint)(end - first), DontNeed);
        }
    }

    public void Dispose()
    {
        if (_base == null)
        {
            return;
        }
        if (OperatingSystem.IsLinux())
        {
            _ = MUnmap(_base, (nuint)ByteCount);
        }
        else
        {
            NativeMemory.AlignedFree(_base);
        }
        _base = null;
    }

    private static void* Map(long bytes)
    {
        void* address = MMap(null, (nuint)bytes, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        return (nint)address != -1
            ? address
            : throw new InsufficientMemoryException($"The system refused {bytes} bytes of address space for the KV cache; lower KvMemoryBytes or MaxContext.");
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MUnmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int MAdvise(void* address, nuint length, int advice);
}
