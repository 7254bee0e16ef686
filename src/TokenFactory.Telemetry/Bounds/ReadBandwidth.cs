using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>How fast threads read memory that lies in no cache: each its own part of one buffer, from front to end.</summary>
internal static class ReadBandwidth
{
    private const int Rounds = 5;
    private const nuint Alignment = 4096;
    private const int Runs = 4;

    // Far more than caches hold, and little beside what a machine for models has.
    private const long MostBytes = 1L << 30;
    private const long LeastBytes = 1L << 26;

    /// <summary>Bytes a second, and the length of the buffer that was read: an eighth of what the process may have, at most 1 GiB.</summary>
    public static unsafe (double BytesPerSecond, long BufferBytes) Measure(int threads)
    {
        long part = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, LeastBytes, MostBytes) / threads / (long)Alignment * (long)Alignment;
        byte* buffer = (byte*)NativeMemory.AlignedAlloc((nuint)(part * threads), Alignment);
        try
        {
            // Pages that were never written are one page of zeros.
            ThreadTeam.Shortest(threads, 1, index => NativeMemory.Fill(buffer + (index * part), (nuint)part, 1));
            long sum = 0;
            TimeSpan together = ThreadTeam.Shortest(threads, Rounds, index => Interlocked.Add(ref sum, Sum(buffer + (index * part), part, 1)));
            // Processors fetch ahead for each run of addresses by itself: several runs at once are the faster way on most.
            TimeSpan apart = ThreadTeam.Shortest(threads, Rounds, index => Interlocked.Add(ref sum, Sum(buffer + (index * part), part, Runs)));
            TimeSpan time = together < apart ? together : apart;
            return sum == 0 ? throw new InvalidOperationException("what was read is not what was written") : (part * threads / time.TotalSeconds, part * threads);
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    /// <summary>Reads memory as one run or as four side by side, four loads a turn; the sum keeps them from being left out.</summary>
    private static unsafe long Sum(byte* from, long bytes, int runs)
    {
        int width = Vector512.IsHardwareAccelerated ? Vector512<byte>.Count : Vector256<byte>.Count;
        (long step, long apart) = runs == 1 ? (Runs * width, width) : (width, bytes / Runs);
        long turns = bytes / (Runs * width);
        return Vector512.IsHardwareAccelerated ? Sum512(from, turns, step, apart) : Sum256(from, turns, step, apart);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe long Sum512(byte* from, long turns, long step, long apart)
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
    private static unsafe long Sum256(byte* from, long turns, long step, long apart)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (; turns > 0; turns--, from += step)
        {
            a += Vector256.LoadAligned((long*)from);
            b += Vector256.LoadAligned((long*)(from + apart));
            c += Vector256.LoadAligned((long*)(from + (2 * apart)));
            d += Vector256.LoadAligned((long*)(from + (3 * apart)));
        }
        return Vector256.Sum((a + b) + (c + d));
    }
}
