using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx.Weights;

/// <summary>
/// Writes the weights file from a model's tensors: in parallel, a few rows a worker at a time, so that memory stays at some MiB a
/// worker whatever the model's size.
/// </summary>
internal sealed class WeightFileBuilder(WeightLayout layout, WeightMap map)
{
    private const int ChunkElements = 1 << 20;

    private long _done;

    /// <param name="path">The file to create.</param>
    /// <param name="workers">Most parallel workers.</param>
    /// <param name="progress">Called with the share done, 0 to 1, from several threads.</param>
    /// <param name="cancellation">Stops between chunks; the file is then incomplete.</param>
    public void Write(string path, int workers, Action<double> progress, CancellationToken cancellation)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, layout.ByteCount);
        RandomAccess.SetLength(file, layout.ByteCount);
        foreach (StoredVector vector in layout.Vectors)
        {
            WriteVector(file, vector);
        }
        long total = layout.Projections.Sum(p => (long)p.Rows * p.Columns);
        ParallelOptions options = new() { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        Parallel.ForEach(Chunks(), options, () => new ChunkBuffers(), (chunk, _, buffers) =>
        {
            WriteRows(file, chunk.Projection, chunk.First, chunk.Count, buffers);
            long done = Interlocked.Add(ref _done, (long)chunk.Count * chunk.Projection.Columns);
            progress((double)done / total);
            return buffers;
        }, _ => { });
        RandomAccess.FlushToDisk(file);
    }

    private IEnumerable<(StoredProjection Projection, int First, int Count)> Chunks()
    {
        foreach (StoredProjection projection in layout.Projections)
        {
            int rows = Math.Max(1, ChunkElements / projection.Columns / PackedFormat.TileRows) * PackedFormat.TileRows;
            for (int first = 0; first < projection.Rows; first += rows)
            {
                yield return (projection, first, Math.Min(rows, projection.Rows - first));
            }
        }
    }

    private void WriteVector(SafeFileHandle file, StoredVector vector)
    {
        float[] values = [.. vector.Roles.SelectMany(role => Tensor(role, vector.Layer).ToArray())];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += vector.Offset;
        }
        RandomAccess.Write(file, MemoryMarshal.AsBytes<float>(values), vector.Tensor.Offset);
    }

    private void WriteRows(SafeFileHandle file, StoredProjection projection, int first, int count, ChunkBuffers buffers)
    {
        Span<float> rows = buffers.Floats(count * projection.Columns);
        ReadRows(projection, first, count, rows);
        if (projection.Bits == 32)
        {
            RandomAccess.Write(file, MemoryMarshal.AsBytes(rows), projection.Weights.Offset + ((long)first * projection.Columns * sizeof(float)));
            return;
        }
        if (projection.IsPacked)
        {
            WriteTiles(file, projection, first, rows, buffers);
            return;
        }
        int blocks = projection.Blocks;
        int rowBytes = blocks * WeightLayout.BlockSize * projection.Bits / 8;
        int zeroBytes = (blocks + 1) / 2;
        Span<byte> quantized = buffers.Bytes(count * rowBytes);
        Span<float> scales = buffers.Scales(count * blocks);
        Span<byte> zeros = buffers.Zeros(count * zeroBytes);
        for (int r = 0; r < count; r++)
        {
            ReadOnlySpan<float> row = rows.Slice(r * projection.Columns, projection.Columns);
            if (projection.Bits == 8)
            {
                BlockQuantizer.Row8(row, quantized.Slice(r * rowBytes, rowBytes), scales.Slice(r * blocks, blocks));
            }
            else
            {
                BlockQuantizer.Row4(
                    row, quantized.Slice(r * rowBytes, rowBytes), scales.Slice(r * blocks, blocks), zeros.Slice(r * zeroBytes, zeroBytes));
            }
        }
        RandomAccess.Write(file, quantized, projection.Weights.Offset + ((long)first * rowBytes));
        RandomAccess.Write(file, MemoryMarshal.AsBytes(scales), projection.Scales!.Offset + ((long)first * blocks * sizeof(float)));
        if (projection.ZeroPoints is { } tensor)
        {
            RandomAccess.Write(file, zeros, tensor.Offset + ((long)first * zeroBytes));
        }
    }

    // The chunk begins with a tile.
    private static void WriteTiles(SafeFileHandle file, StoredProjection projection, int first, ReadOnlySpan<float> rows, ChunkBuffers buffers)
    {
        int columns = projection.Columns;
        int tileBytes = (int)PackedFormat.TileBytes(columns, projection.Bits);
        int tileElements = PackedFormat.TileRows * columns;
        int tiles = (rows.Length + tileElements - 1) / tileElements;
        Span<byte> packed = buffers.Bytes(tiles * tileBytes);
        for (int tile = 0; tile < tiles; tile++)
        {
            ReadOnlySpan<float> features = rows[(tile * tileElements)..Math.Min((tile + 1) * tileElements, rows.Length)];
            TilePacker.Pack(features, columns, projection.Bits, packed.Slice(tile * tileBytes, tileBytes));
        }
        RandomAccess.Write(file, packed, projection.Weights.Offset + ((long)first / PackedFormat.TileRows * tileBytes));
    }

    // Rows [first, first + count) of the stacked matrices.
    private void ReadRows(StoredProjection projection, int first, int count, Span<float> rows)
    {
        long start = 0;
        foreach (WeightRole role in projection.Roles)
        {
            TensorView tensor = Tensor(role, projection.Layer);
            long from = Math.Max(first, start);
            long to = Math.Min(first + (long)count, start + tensor.Rows);
            if (from < to)
            {
                Span<float> target = rows.Slice((int)(from - first) * projection.Columns, (int)(to - from) * projection.Columns);
                tensor.Read((from - start) * projection.Columns, target);
            }
            start += tensor.Rows;
        }
    }

    private TensorView Tensor(WeightRole role, int layer) => layer == WeightLayout.NoLayer ? map[role] : map[role, layer];

    private sealed class ChunkBuffers
    {
        private float[] _floats = [];
        private byte[] _bytes = [];
        private float[] _scales = [];
        private byte[] _zeros = [];

        public Span<float> Floats(int count) => Grow(ref _floats, count);

        public Span<byte> Bytes(int count) => Grow(ref _bytes, count);

        public Span<float> Scales(int count) => Grow(ref _scales, count);

        public Span<byte> Zeros(int count) => Grow(ref _zeros, count);

        private static Span<T> Grow<T>(ref T[] buffer, int count)
        {
            if (buffer.Length < count)
            {
                buffer = new T[count];
            }
            return buffer.AsSpan(0, count);
        }
    }
}
