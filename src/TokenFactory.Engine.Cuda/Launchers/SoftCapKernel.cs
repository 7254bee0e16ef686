using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Caps logits softly; <c>soft_cap.cu</c> has the shapes.</summary>
internal sealed unsafe class SoftCapKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;
    private const int MostBlocks = 4096;

    private readonly Kernel _kernel = loader.Load("soft_cap");

    /// <summary>Enqueues x = cap * tanh(x / cap).</summary>
    /// <param name="x">Address, [count] of float.</param>
    /// <param name="count">0 does nothing.</param>
    /// <param name="cap">Above 0.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint x, long count, float cap, CudaStream stream)
    {
        if (count > 0)
        {
            _kernel.Launch(new LaunchGrid((int)Math.Min(MostBlocks, (count + Threads - 1) / Threads)), Threads, [(nint)(&x), (nint)(&count), (nint)(&cap)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
