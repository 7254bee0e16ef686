using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Telemetry.Bounds;

/// <summary>How fast threads read memory that lies in no cache: each its own part of one buffer, from front to end.</summary>
internal static class ReadBandwidth
{
    private const int Rounds = 5;
    private const nuint Alignment = 4096;

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
            TimeSpan time = ThreadTeam.Shortest(threads, Rounds, index => Interlocked.Add(ref sum, Sum(buffer + (index * part), part)));
            return sum == 0 ? throw new InvalidOperationException("what was read is not what was written") : (part * threads / time.TotalSeconds, part * threads);
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    /// <summary>Four loads under way each turn; the sum keeps them from being left out.</summary>
    private static unsafe long Sum(byte* from, long bytes) => Vector512.IsHardwareAccelerated ? Sum512(from, bytes) : Sum256(from, bytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe long Sum512(byte* from, long bytes)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        for (byte* end = from + bytes; from < end; from += 4 * Vector512<byte>.Count)
        {
            a += Vector512.LoadAligned((long*)from);
            b += Vector512.LoadAligned((long*)(from + Vector512<byte>.Count));
            c += Vector512.LoadAligned((long*)(from + (2 * Vector512<byte>.Count)));
            d += Vector512.LoadAligned((long*)(from + (3 * Vector512<byte>.Count)));
        }
        return Vector512.Sum((a + b) + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe long Sum256(byte* from, long bytes)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (byte* end = from + bytes; from < end; from += 4 * Vector256<byte>.Count)
        {
            a += Vector256.LoadAligned((long*)from);
            b += Vector256.LoadAligned((long*)(from + Vector256<byte>.Count));
            c += Vector256.LoadAligned((long*)(from + (2 * Vector256<byte>.Count)));
            d += Vector256.LoadAligned((long*)(from + (3 * Vector256<byte>.Count)));
        }
        return Vector256.Sum((a + b) + (c + d));
    }
}
