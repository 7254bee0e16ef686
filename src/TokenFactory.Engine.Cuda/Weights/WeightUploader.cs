using System.Runtime.InteropServices;
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
    private readonly PinnedMemory[] _parts = [new((long)PartElements * ElementFormat.Bytes), new((long)PartElements * ElementFormat.Bytes)];
    private readonly CudaEvent[] _copied = [new(), new()];
    private readonly float[] _scratch = new float[PartElements];
    private int _next;

    public WeightUploader(CudaStream stream, CudaPrecision precision)
    {
        _stream = stream;
        _precision = precision;
        foreach (CudaEvent copied in _copied)
        {
            copied.Record(stream);
        }
    }

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
        foreach (PinnedMemory part in _parts)
        {
            part.Dispose();
        }
        foreach (CudaEvent copied in _copied)
        {
            copied.Dispose();
        }
    }

    private void Stream(TensorView tensor, DeviceMemory to, long offset)
    {
        for (long done = 0; done < tensor.ElementCount; done += PartElements)
        {
            int count = (int)Math.Min(PartElements, tensor.ElementCount - done);
            _copied[_next].Wait();
            ElementFormat.Read(tensor, done, MemoryMarshal.Cast<byte, ushort>(_parts[_next].As<byte>(count * ElementFormat.Bytes)), _precision, _scratch);
            to.Upload(_parts[_next].Value, (long)count * ElementFormat.Bytes, _stream, offset + (done * ElementFormat.Bytes));
            _copied[_next].Record(_stream);
            _next ^= 1;
        }
    }
}
