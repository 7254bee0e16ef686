using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TokenFactory.Models.Weights;

/// <summary>Content hash of a model's weight files: the key of everything derived from them.</summary>
public static class WeightsFingerprint
{
    private const int ChunkBytes = 16 << 20;

    /// <summary>
    /// SHA-256 over the SHA-256 of every 16 MiB chunk of every file, in the order of file names, as lower-case hexadecimal. The
    /// chunks are hashed in parallel; no more than one chunk a worker is in memory.
    /// </summary>
    public static string Compute(TensorStore store, int workers, CancellationToken cancellation)
    {
        return Compute(store.Files, workers, cancellation);
    }

    /// <summary>The same over any files, in the order given.</summary>
    public static string Compute(IEnumerable<string> files, int workers, CancellationToken cancellation)
    {
        using IncrementalHash total = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (string file in files)
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(file);
            long bytes = RandomAccess.GetLength(handle);
            byte[] hashes = HashChunks(handle, bytes, workers, cancellation);
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes);
            total.AppendData(length);
            total.AppendData(hashes);
        }
        return Convert.ToHexStringLower(total.GetHashAndReset());
    }

    private static byte[] HashChunks(Microsoft.Win32.SafeHandles.SafeFileHandle handle, long bytes, int workers, CancellationToken cancellation)
    {
        int chunks = checked((int)((bytes + ChunkBytes - 1) / ChunkBytes));
        byte[] hashes = new byte[chunks * SHA256.HashSizeInBytes];
        ParallelOptions options = new() { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        Parallel.For(0, chunks, options, () => new byte[Math.Min(ChunkBytes, bytes)], (chunk, _, buffer) =>
        {
            long offset = (long)chunk * ChunkBytes;
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(ChunkBytes, bytes - offset));
            int read = 0;
            while (read < part.Length)
            {
                int got = RandomAccess.Read(handle, part[read..], offset + read);
                read += got > 0 ? got : throw new EndOfStreamException("a weight file was shortened while it was read");
            }
            SHA256.HashData(part, hashes.AsSpan(chunk * SHA256.HashSizeInBytes));
            return buffer;
        }, _ => { });
        return hashes;
    }
}
