using System.Runtime.InteropServices;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Lets a thread go behind those that somebody waits for, where the system can: .NET's own thread priorities do nothing on Linux.</summary>
internal static partial class ThreadCourtesy
{
    // A tenth of the share of an ordinary thread where both want the processor, so that it never stands still.
    private const int Niceness = 10;

    private const int OfThread = 0;
    private const int Calling = 0;

    /// <summary>Makes the calling thread wait for others from now on.</summary>
    public static void Yield()
    {
        if (OperatingSystem.IsLinux())
        {
            // It can only be refused where it asks for more; what it answers changes nothing.
            _ = SetPriority(OfThread, Calling, Niceness);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
