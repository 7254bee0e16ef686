using Microsoft.Win32.SafeHandles;

namespace TokenFactory.Engine.Onnx.Memory;

/// <summary>
/// A weights file in memory of its own, in large pages where the system has them: products read all of it every step, and small pages
/// would cost them a part of the machine's bandwidth.
/// </summary>
internal sealed unsafe class WeightMemory : IDisposable
{
    private const int ChunkBytes = 16 << 20;

    private readonly NativeRegion _region;

    private WeightMemory(NativeRegion region) => _region = region;

    public byte* Base => _region.Base;

    /// <summary>Reads a file, several parts of it at once.</summary>
    /// <exception cref="EndOfStreamException">It is shorter than it says.</exception>
    public static WeightMemory Read(string path, int workers, CancellationToken cancellation)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        long bytes = RandomAccess.GetLength(file);
        NativeRegion region = new(bytes, largePages: true);
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
            Parallel.For(0, (bytes + ChunkBytes - 1) / ChunkBytes, options, chunk =>
            {
                long end = Math.Min((chunk + 1) * ChunkBytes, bytes);
                for (long at = chunk * ChunkBytes; at < end;)
                {
                    int read = RandomAccess.Read(file, new Span<byte>(region.Base + at, (int)(end - at)), at);
                    at += read > 0 ? read : throw new EndOfStreamException($"{path} ends at {at} of {bytes} bytes.");
                }
            });
            return new WeightMemory(region);
        }
        catch
        {
            region.Dispose();
            throw;
        }
    }

    public void Dispose() => _region.Dispose();
}
