using TokenFactory.Engine.Cuda.Interop.Driver;
using static TokenFactory.Engine.Cuda.Interop.Driver.DriverStatus;
using static TokenFactory.Engine.Cuda.Interop.Driver.NativeDriver;

namespace TokenFactory.Engine.Cuda.Modules;

/// <summary>How many blocks a launch has, along each axis.</summary>
internal readonly record struct LaunchGrid(int X, int Y = 1, int Z = 1);

/// <summary>A loaded kernel. A launch allocates nothing.</summary>
internal sealed unsafe class Kernel : IDisposable
{
    // What a block gets without asking.
    private const int UsualSharedBytes = 48 * 1024;
    private const int MaxDynamicSharedSize = 8;

    private readonly CudaModule _module;
    private readonly nint _function;

    public Kernel(string name, ReadOnlySpan<byte> image, int sharedBytes = 0)
    {
        Name = name;
        _module = new CudaModule(image);
        _function = _module.Function(name);
        if (sharedBytes > UsualSharedBytes)
        {
            Require(cuFuncSetAttribute(_function, MaxDynamicSharedSize, sharedBytes));
        }
        SharedBytes = sharedBytes;
    }

    public string Name { get; }

    /// <summary>Dynamic shared memory of a block.</summary>
    public int SharedBytes { get; }

    /// <summary>Enqueues a launch.</summary>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block, a multiple of 32.</param>
    /// <param name="arguments">Addresses of the arguments, in order; read before this returns.</param>
    /// <param name="stream">Where.</param>
    public void Launch(LaunchGrid grid, int threads, ReadOnlySpan<nint> arguments, CudaStream stream)
    {
        fixed (nint* first = arguments)
        {
            Require(cuLaunchKernel(_function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)threads, 1, 1, (uint)SharedBytes, stream.Value, (void**)first, null));
        }
    }

    public void Dispose() => _module.Dispose();
}
