using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Puts a norm's weights into a matrix; <c>scale_columns.cu</c> has the shapes.</summary>
internal sealed unsafe class ScaleColumnsKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;

    private readonly Kernel _kernel = loader.Load("scale_columns");

    /// <summary>Enqueues w[i][j] *= scale[j] + offset.</summary>
    /// <param name="w">Address, [rows, width].</param>
    /// <param name="scale">Address, [width].</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="width">Even.</param>
    /// <param name="offset">Added to each number of scale.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint w, nint scale, int rows, int width, float offset, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (rows > 0)
        {
            _kernel.Launch(new LaunchGrid(rows), Threads, [(nint)(&w), (nint)(&scale), (nint)(&width), (nint)(&offset)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
