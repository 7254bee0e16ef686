using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>
/// How fast threads read memory that lies in no cache: each its own part of one buffer in large pages, in the fastest of several ways.
/// Which is the fastest depends on how far the processor fetches ahead by itself.
/// </summary>
public static class ReadBandwidth
{
    private const int Rounds = 5;
    private const int Lines = 4;
    private const int LineBytes = 64;

    // Far more than caches hold, and little beside what a machine for models has.
    private const long MostBytes = 1L << 30;
    private const long LeastBytes = 1L << 26;

    // From one end to the other, or as so many runs side by side; fetched ahead by so many bytes, or not.
    private static readonly (int Runs, int Ahead)[] Ways = [(1, 0), (1, 2048), (1, 8192), (4, 0), (4, 512), (4, 4096)];

    /// <summary>Bytes a second, and the length of the buffer that was read: an eighth of what the process may have, at most 1 GiB.</summary>
    /// <param name="threads">So many at once, at least 1.</param>
    public static unsafe (double BytesPerSecond, long BufferBytes) Measure(int threads)
    {
        long part = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, LeastBytes, MostBytes) / threads / LargeBuffer.PageBytes * LargeBuffer.PageBytes;
        using LargeBuffer buffer = new(part * threads);
        // Pages that were never written are one page of zeros.
        ThreadTeam.Shortest(threads, 1, index => new Span<byte>(buffer.Base + (index * part), (int)part).Fill(1));
        long sum = 0;
        TimeSpan time = Ways.Min(way => ThreadTeam.Shortest(threads, Rounds, index => Interlocked.Add(ref sum, Sum(buffer.Base + (index * part), part, way.Runs, way.Ahead))));
        return sum == 0 ? throw new InvalidOperationException("what was read is not what was written") : (part * threads / time.TotalSeconds, part * threads);
    }

    /// <summary>Reads memory as one run or as four side by side, four cache lines a turn; the sum keeps them from being left out.</summary>
    private static unsafe long Sum(byte* from, long bytes, int runs, int ahead)
    {
        (long step, long apart) = runs == 1 ? (Lines * LineBytes, LineBytes) : (LineBytes, bytes / Lines);
        long turns = bytes / (Lines * LineBytes);
        // Addresses beyond the buffer are asked for without effect.
        return ahead == 0 || !Sse.IsSupported ? Sum(from, turns, step, apart) : SumAhead(from, turns, step, apart, ahead);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe long Sum(byte* from, long turns, long step, long apart)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        for (; turns > 0; turns--, from += step)
        {
            a += Vector512.LoadAligned((long*)from);
            b += Vector512.LoadAligned((long*)(from + apart));
            c += Vector512.LoadAligned((long*)(from + (2 * apart)));
            d += Vector512.LoadAligned((long*)(from + (3 * apart)));
        }
        return Vector512.Sum((a + b) + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe long SumAhead(byte* from, long turns, long step, long apart, long ahead)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        for (; turns > 0; turns--, from += step)
        {
            byte* next = from + ahead;
            Sse.Prefetch0(next);
            a += Vector512.LoadAligned((long*)from);
            Sse.Prefetch0(next + apart);
            b += Vector512.LoadAligned((long*)(from + apart));
            Sse.Prefetch0(next + (2 * apart));
            c += Vector512.LoadAligned((long*)(from + (2 * apart)));
            Sse.Prefetch0(next + (3 * apart));
            d += Vector512.LoadAligned((long*)(from + (3 * apart)));
        }
        return Vector512.Sum((a + b) + (c + d));
    }
}
