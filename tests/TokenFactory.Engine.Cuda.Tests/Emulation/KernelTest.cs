using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Modules;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>A test on the emulated device: memory that goes with it, and kernels compiled for it.</summary>
public abstract class KernelTest : IDisposable
{
    /// <summary>What new memory holds.</summary>
    private const byte Poison = 0xCD;

    private readonly EmulatedDevice _device;
    private readonly List<IDisposable> _held = [];

    protected KernelTest(EmulatedDevice device)
    {
        _device = device;
        Emulator = device.Require();
        DriverStatus.Require(NativeDriver.cuInit(0));
        DriverStatus.Require(NativeDriver.cuDevicePrimaryCtxRetain(out nint context, 0));
        DriverStatus.Require(NativeDriver.cuCtxSetCurrent(context));
        Stream = Hold(new CudaStream());
    }

    private protected Emulator Emulator { get; }

    private protected CudaStream Stream { get; }

    public void Dispose()
    {
        _held.Reverse();
        _held.ForEach(one => one.Dispose());
        GC.SuppressFinalize(this);
    }

    private protected KernelCache Kernels => _device.Kernels;

    private protected KernelLoader Loader(bool isHalf) => new(Kernels, "sm_90a", isHalf);

    /// <summary>Something that ends with the test.</summary>
    private protected T Hold<T>(T one)
        where T : IDisposable
    {
        _held.Add(one);
        return one;
    }

    /// <summary>New device memory with these numbers.</summary>
    private protected DeviceMemory Put<T>(ReadOnlySpan<T> numbers)
        where T : unmanaged
    {
        DeviceMemory memory = Room<T>(numbers.Length);
        memory.Write(numbers, Stream);
        return memory;
    }

    private protected DeviceMemory Put<T>(T[] numbers)
        where T : unmanaged => Put((ReadOnlySpan<T>)numbers);

    /// <summary>New device memory, poisoned.</summary>
    private protected DeviceMemory Room<T>(long count)
        where T : unmanaged => Hold(DeviceMemory.For<T>(count));

    private protected T[] Get<T>(DeviceMemory memory, int count)
        where T : unmanaged => memory.Read<T>(count, Stream);

    /// <summary>Fails unless all from number <paramref name="from"/> on is as it was allocated.</summary>
    private protected void AssertPoisoned<T>(DeviceMemory memory, int from)
        where T : unmanaged
    {
        int offset = from * Marshal.SizeOf<T>();
        byte[] rest = memory.Read<byte>((int)memory.Bytes - offset, Stream, offset);
        Assert.True(rest.AsSpan().IndexOfAnyExcept(Poison) < 0, "a kernel wrote beyond its result");
    }
}
