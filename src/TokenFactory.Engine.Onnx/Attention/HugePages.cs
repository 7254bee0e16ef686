using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Asks the system to back memory with large pages. Blocks lie anywhere in the pool, a head's keys and values of one take as little as a
/// small page: without large ones nearly every run costs a walk through the page table.
/// </summary>
internal static unsafe partial class HugePages
{
    private const int HugePage = 14;

    /// <summary>Advises only; memory of a system that knows no such advice, or refuses it, serves as well.</summary>
    public static void Advise(byte* memory, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MAdvise(memory, (nuint)bytes, HugePage);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int MAdvise(void* address, nuint length, int advice);
}
