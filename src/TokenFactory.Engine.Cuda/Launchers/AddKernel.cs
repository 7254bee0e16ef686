using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Adds one matrix to another; <c>add.cu</c> has the shapes.</summary>
internal sealed unsafe class AddKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;
    private const int MostBlocks = 4096;

    private readonly Kernel _kernel = loader.Load("add");

    /// <summary>Enqueues x += y.</summary>
    /// <param name="x">Address.</param>
    /// <param name="y">Address.</param>
    /// <param name="count">Numbers, even; 0 does nothing.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint x, nint y, long count, CudaStream stream)
    {
        Debug.Assert(count % 2 == 0, "numbers are read two at a time");
        long pairs = count / 2;
        if (pairs > 0)
        {
            _kernel.Launch(new LaunchGrid((int)Math.Min(MostBlocks, (pairs + Threads - 1) / Threads)), Threads, [(nint)(&x), (nint)(&y), (nint)(&pairs)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
