using TokenFactory.Engine.Cuda.Interop.Driver;
using static TokenFactory.Engine.Cuda.Interop.Driver.DriverStatus;
using static TokenFactory.Engine.Cuda.Interop.Driver.NativeDriver;

namespace TokenFactory.Engine.Cuda.Memory;

/// <summary>Host memory that stays where it is, so that the device can copy to and from it while the host goes on.</summary>
internal sealed unsafe class PinnedMemory : DriverHandle
{
    /// <param name="bytes">At least 1.</param>
    public PinnedMemory(long bytes)
        : base(Allocate(bytes))
    {
        Bytes = bytes;
        Hold();
    }

    public long Bytes { get; }

    /// <summary>It as numbers of a type, from an offset in bytes on.</summary>
    public Span<T> As<T>(int count, long offset = 0)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + ((long)count * sizeof(T)), Bytes, nameof(count));
        return new Span<T>((byte*)Value + offset, count);
    }

    protected override int Release(nint value) => cuMemFreeHost(value);

    private static nint Allocate(long bytes)
    {
        Require(cuMemHostAlloc(out nint address, (nuint)bytes, flags: 0));
        return address;
    }
}
