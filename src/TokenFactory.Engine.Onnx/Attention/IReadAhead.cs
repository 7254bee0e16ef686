using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Whether a kernel asks for the next tile's memory while it works on one. Runs are too short for the processor to see what follows, and
/// the next one lies in another block; a kernel whose keys and values lie in the cache already has nothing to ask for.
/// </summary>
internal unsafe interface IReadAhead
{
    const int Line = 64;

    static abstract bool IsOn { get; }

    /// <summary>Asks for <paramref name="lines"/> lines of the cache, at most 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ask(byte* from, int lines)
    {
        // Written out: the number is known where a kernel is compiled, and a loop would stay one.
        if (!Sse.IsSupported)
        {
            return;
        }
        Sse.Prefetch1(from);
        if (lines >= 2)
        {
            Sse.Prefetch1(from + Line);
        }
        if (lines >= 4)
        {
            Sse.Prefetch1(from + (2 * Line));
            Sse.Prefetch1(from + (3 * Line));
        }
        if (lines >= 8)
        {
            Sse.Prefetch1(from + (4 * Line));
            Sse.Prefetch1(from + (5 * Line));
            Sse.Prefetch1(from + (6 * Line));
            Sse.Prefetch1(from + (7 * Line));
        }
    }
}

internal readonly struct ReadAhead : IReadAhead
{
    public static bool IsOn => true;
}

internal readonly struct NoReadAhead : IReadAhead
{
    public static bool IsOn => false;
}
