using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Rows of a matrix; <c>gather_rows.cu</c> has the shapes.</summary>
internal sealed unsafe class GatherRowsKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 128;

    private readonly Kernel _kernel = loader.Load("gather_rows");

    /// <summary>Enqueues result[i] = x[indices[i]].</summary>
    /// <param name="result">Address, [count, width]; not within <paramref name="x"/>.</param>
    /// <param name="x">Address, [any, width].</param>
    /// <param name="indices">Address, [count].</param>
    /// <param name="count">0 does nothing.</param>
    /// <param name="width">Even.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint x, nint indices, int count, int width, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (count > 0)
        {
            _kernel.Launch(new LaunchGrid(count), Threads, [(nint)(&result), (nint)(&x), (nint)(&indices), (nint)(&width)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
