using static TokenFactory.Engine.Cuda.Interop.Driver.DriverStatus;
using static TokenFactory.Engine.Cuda.Interop.Driver.NativeDriver;

namespace TokenFactory.Engine.Cuda.Interop.Driver;

/// <summary>A hold on a device's primary context. Calls of a thread go to the context that it entered last.</summary>
internal sealed class CudaContext : IDisposable
{
    private readonly int _device;
    private readonly nint _context;
    private bool _disposed;

    /// <param name="device">The driver's number of the device.</param>
    public CudaContext(int device)
    {
        _device = device;
        Require(cuDevicePrimaryCtxRetain(out _context, device));
    }

    public void Enter() => Require(cuCtxSetCurrent(_context));

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = cuDevicePrimaryCtxRelease_v2(_device);
        }
    }
}
