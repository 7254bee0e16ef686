using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// Asks the processor to bring an object's first cache lines near. Walking thousands of sequences is bound by memory: each is three
/// lines at a place of its own, and asking a few ahead hides most of the wait.
/// </summary>
internal static class CachePrefetch
{
    /// <summary>How many objects ahead to ask.</summary>
    public const int Distance = 8;

    private const int LineBytes = 64;

    /// <summary>Changes nothing. The address may be stale once the collector moves the object; a prefetch of any address is harmless.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Touch(object target)
    {
        if (Sse.IsSupported)
        {
            byte* start = *(byte**)Unsafe.AsPointer(ref target);
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + LineBytes);
            Sse.Prefetch0(start + (2 * LineBytes));
        }
    }
}
