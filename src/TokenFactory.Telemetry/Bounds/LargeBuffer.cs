using System.Runtime.InteropServices;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>Native memory that begins and ends with a large page, and on Linux is backed by such where the system has them: as models keep their weights.</summary>
internal sealed unsafe partial class LargeBuffer : IDisposable
{
    public const long PageBytes = 2 << 20;

    private const int HugePage = 14;

    private byte* _base;

    /// <param name="bytes">Its length, a multiple of <see cref="PageBytes"/>.</param>
    public LargeBuffer(long bytes)
    {
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)PageBytes);
        if (OperatingSystem.IsLinux())
        {
            // Where the system refuses, small pages serve too.
            _ = MAdvise(_base, (nuint)bytes, HugePage);
        }
    }

    public byte* Base => _base;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_base);
        _base = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(void* address, nuint length, int advice);
}
