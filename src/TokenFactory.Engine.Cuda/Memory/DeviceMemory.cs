using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using static TokenFactory.Engine.Cuda.Interop.Driver.DriverStatus;
using static TokenFactory.Engine.Cuda.Interop.Driver.NativeDriver;

namespace TokenFactory.Engine.Cuda.Memory;

/// <summary>Memory on the device, not cleared.</summary>
internal sealed class DeviceMemory : DriverHandle
{
    private const int Alignment = 16;

    /// <param name="bytes">At least 1; rounded up to a multiple of 16, which is what kernels read at once.</param>
    /// <exception cref="Interop.CudaException">The device has no such room.</exception>
    public DeviceMemory(long bytes)
        : base(Allocate(RoundUp(bytes)))
    {
        Bytes = RoundUp(bytes);
        Hold();
    }

    public long Bytes { get; }

    /// <summary>Room for numbers of a type.</summary>
    public static DeviceMemory For<T>(long count)
        where T : unmanaged => new(count * Unsafe.SizeOf<T>());

    /// <summary>Enqueues a copy of pinned host memory to here.</summary>
    public void Upload(nint from, long bytes, CudaStream stream, long offset = 0) => Require(cuMemcpyHtoDAsync_v2(Value + (nint)offset, from, (nuint)bytes, stream.Value));

    /// <summary>Enqueues a copy from here to pinned host memory.</summary>
    public void Download(nint to, long bytes, CudaStream stream, long offset = 0) => Require(cuMemcpyDtoHAsync_v2(to, Value + (nint)offset, (nuint)bytes, stream.Value));

    /// <summary>Copies numbers to here and waits; not for the way of a step.</summary>
    public unsafe void Write<T>(ReadOnlySpan<T> numbers, CudaStream stream, long offset = 0)
        where T : unmanaged
    {
        fixed (byte* from = MemoryMarshal.AsBytes(numbers))
        {
            Upload((nint)from, (long)numbers.Length * sizeof(T), stream, offset);
            stream.Synchronize();
        }
    }

    /// <summary>Copies numbers from here and waits; not for the way of a step.</summary>
    public unsafe T[] Read<T>(int count, CudaStream stream, long offset = 0)
        where T : unmanaged
    {
        T[] numbers = new T[count];
        fixed (T* to = numbers)
        {
            Download((nint)to, (long)count * sizeof(T), stream, offset);
            stream.Synchronize();
        }
        return numbers;
    }

    /// <summary>Enqueues filling all of it.</summary>
    public void Fill(byte value, CudaStream stream) => Require(cuMemsetD8Async(Value, value, (nuint)Bytes, stream.Value));

    protected override int Release(nint value) => cuMemFree_v2(value);

    private static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static nint Allocate(long bytes)
    {
        Require(cuMemAlloc_v2(out nint address, (nuint)bytes));
        return address;
    }
}
