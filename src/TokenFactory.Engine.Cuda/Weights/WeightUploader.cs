using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Weights;

/// <summary>
/// Streams tensors from mapped files to the device through two pinned buffers: while one is copied, the next part is read and converted
/// into the other.
/// </summary>
internal sealed class WeightUploader : IDisposable
{
    private const int PartElements = 4 << 20;

    private readonly CudaStream _stream;
    private readonly CudaPrecision _precision;
    private readonly DecoderKernels _kernels;
    private readonly PinnedMemory[] _parts = [new((long)PartElements * ElementFormat.Bytes), new((long)PartElements * ElementFormat.Bytes)];
    private readonly CudaEvent[] _copied = [new(), new()];
    private readonly float[] _scratch = new float[PartElements];
    private readonly List<DeviceMemory> _used = [];
    private int _next;

    public WeightUploader(CudaStream stream, CudaPrecision precision, DecoderKernels kernels)
    {
        _stream = stream;
        _precision = precision;
        _kernels = kernels;
        foreach (CudaEvent copied in _copied)
        {
            copied.Record(stream);
        }
    }

    /// <summary>Whether the matrices of layers become FP8.</summary>
    public bool Quantizes => _kernels.Fp8 is not null;

    /// <summary>Elements uploaded so far.</summary>
    public long Uploaded { get; private set; }

    /// <summary>Puts tensors end to end into new memory of the device: projections that are computed as one are one matrix there.</summary>
    public DeviceMemory Upload(params ReadOnlySpan<TensorView> tensors)
    {
        long elements = 0;
        foreach (TensorView tensor in tensors)
        {
            elements += tensor.ElementCount;
        }
        DeviceMemory memory = DeviceMemory.For<ushort>(elements);
        long offset = 0;
        foreach (TensorView tensor in tensors)
        {
            Stream(tensor, memory, offset);
            offset += tensor.ElementCount * ElementFormat.Bytes;
        }
        Uploaded += elements;
        return memory;
    }

    /// <summary>Puts an even part of the columns of matrices of one shape end to end into new memory of the device.</summary>
    public DeviceMemory UploadColumns(TensorShard shard, params ReadOnlySpan<TensorView> tensors)
    {
        if (shard.Count == 1)
        {
            return Upload(tensors);
        }
        long elements = tensors[0].ElementCount / shard.Count;
        DeviceMemory memory = DeviceMemory.For<ushort>(tensors.Length * elements);
        for (int i = 0; i < tensors.Length; i++)
        {
            StreamColumns(tensors[i], shard, memory, i * elements);
        }
        Uploaded += tensors.Length * elements;
        return memory;
    }

    /// <summary>Puts rows of experts' matrices end to end into new memory of the device.</summary>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="runs">The rows.</param>
    public DeviceMemory Upload(int inputs, IReadOnlyList<MatrixRows> runs)
    {
        long elements = runs.Sum(run => (long)run.Count * inputs), at = 0;
        DeviceMemory memory = DeviceMemory.For<ushort>(elements);
        int rowsOfPart = PartElements / inputs;
        foreach (MatrixRows run in runs)
        {
            for (int done = 0; done < run.Count; done += rowsOfPart)
            {
                int rows = Math.Min(rowsOfPart, run.Count - done), count = rows * inputs;
                Span<float> numbers = _scratch.AsSpan(0, count);
                run.From.Read(run.Expert, (run.First + (done * run.Step), run.Step), rows, run.FirstInput, inputs, numbers);
                _copied[_next].Wait();
                ElementFormat.From(numbers, MemoryMarshal.Cast<byte, ushort>(_parts[_next].As<byte>(count * ElementFormat.Bytes)), _precision);
                Copy(memory, count, at);
                at += count;
            }
        }
        Uploaded += elements;
        return memory;
    }

    /// <summary>Puts a norm's weights, each plus an offset, into the columns of the matrix [any, their number] that follows the norm.</summary>
    public void Fold(TensorView norm, float offset, DeviceMemory matrix)
    {
        int width = (int)norm.ElementCount;
        _kernels.Columns.Launch(matrix.Value, Keep(Upload(norm)).Value, (int)(matrix.Bytes / ElementFormat.Bytes / width), width, offset, _stream);
    }

    /// <summary>Makes a matrix of FP8, with a scale for each row, out of one of elements, whose memory is given back.</summary>
    /// <param name="elements">[any, width].</param>
    /// <param name="width">A multiple of 4.</param>
    public DeviceMatrix Quantize(DeviceMemory elements, int width)
    {
        int rows = (int)(elements.Bytes / ElementFormat.Bytes / width);
        DeviceMemory numbers = new((long)rows * width);
        DeviceMemory scales = DeviceMemory.For<float>(rows);
        _kernels.Fp8!.Quantize.Launch(numbers.Value, scales.Value, elements.Value, rows, width, _stream);
        _stream.Synchronize();
        elements.Dispose();
        return new DeviceMatrix(numbers, scales);
    }

    /// <summary>Waits until everything is on the device.</summary>
    public void Finish() => _stream.Synchronize();

    public void Dispose()
    {
        try
        {
            _stream.Synchronize();
        }
        catch (CudaException)
        {
            // The device no longer reads the buffers.
        }
        _used.ForEach(norm => norm.Dispose());
        foreach (PinnedMemory part in _parts)
        {
            part.Dispose();
        }
        foreach (CudaEvent copied in _copied)
        {
            copied.Dispose();
        }
    }

    private DeviceMemory Keep(DeviceMemory norm)
    {
        _used.Add(norm);
        return norm;
    }

    private void Stream(TensorView tensor, DeviceMemory to, long offset)
    {
        for (long done = 0; done < tensor.ElementCount; done += PartElements)
        {
            int count = (int)Math.Min(PartElements, tensor.ElementCount - done);
            _copied[_next].Wait();
            ElementFormat.Read(tensor, done, MemoryMarshal.Cast<byte, ushort>(_parts[_next].As<byte>(count * ElementFormat.Bytes)), _precision, _scratch);
            Copy(to, count, (offset / ElementFormat.Bytes) + done);
        }
    }

    private void StreamColumns(TensorView tensor, TensorShard shard, DeviceMemory to, long at)
    {
        int count = (int)(tensor.RowLength / shard.Count);
        int rowsOfPart = PartElements / count;
        for (long row = 0; row < tensor.Rows; row += rowsOfPart)
        {
            int rows = (int)Math.Min(rowsOfPart, tensor.Rows - row);
            _copied[_next].Wait();
            Span<ushort> part = MemoryMarshal.Cast<byte, ushort>(_parts[_next].As<byte>(rows * count * ElementFormat.Bytes));
            for (int i = 0; i < rows; i++)
            {
                ElementFormat.Read(tensor, ((row + i) * tensor.RowLength) + (shard.Rank * count), part.Slice(i * count, count), _precision, _scratch);
            }
            Copy(to, rows * count, at + (row * count));
        }
    }

    private void Copy(DeviceMemory to, int count, long at)
    {
        to.Upload(_parts[_next].Value, (long)count * ElementFormat.Bytes, _stream, at * ElementFormat.Bytes);
        _copied[_next].Record(_stream);
        _next ^= 1;
    }
}

/// <summary>Rows of one expert's matrix, of each of which some numbers are taken.</summary>
/// <param name="From">The matrices.</param>
/// <param name="Expert">Whose.</param>
/// <param name="First">The first row.</param>
/// <param name="Step">How far the next one is.</param>
/// <param name="Count">Rows.</param>
/// <param name="FirstInput">The first number of each.</param>
internal readonly record struct MatrixRows(IStoredMatrices From, int Expert, int First, int Step, int Count, int FirstInput);
