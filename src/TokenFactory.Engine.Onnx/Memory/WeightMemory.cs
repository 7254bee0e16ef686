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

    /// <summary>Reads parts of a file to where they lie in it, several at once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parts">Offset and length of each; what lies between stays empty and costs nothing.</param>
    /// <param name="workers">Most parallel readers.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    /// <exception cref="EndOfStreamException">The file is shorter than a part says.</exception>
    public static WeightMemory Read(string path, IEnumerable<(long Offset, long Length)> parts, int workers, CancellationToken cancellation)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        NativeRegion region = new(RandomAccess.GetLength(file), largePages: true);
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
            Parallel.ForEach(parts.SelectMany(Chunks), options, chunk => ReadChunk(file, path, region, chunk.Offset, chunk.Length));
            return new WeightMemory(region);
        }
        catch
        {
            region.Dispose();
            throw;
        }
    }

    public void Dispose() => _region.Dispose();

    private static IEnumerable<(long Offset, int Length)> Chunks((long Offset, long Length) part)
    {
        for (long done = 0; done < part.Length; done += ChunkBytes)
        {
            yield return (part.Offset + done, (int)Math.Min(ChunkBytes, part.Length - done));
        }
    }

    private static void ReadChunk(SafeFileHandle file, string path, NativeRegion region, long offset, int length)
    {
        for (int done = 0; done < length;)
        {
            int read = RandomAccess.Read(file, new Span<byte>(region.Base + offset + done, length - done), offset + done);
            done += read > 0 ? read : throw new EndOfStreamException($"{path} ends at {offset + done}, before a tensor does.");
        }
    }
}
