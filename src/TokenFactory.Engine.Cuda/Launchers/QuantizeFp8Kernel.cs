using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>FP8 quantisation of rows; <c>quantize_fp8.cu</c> has the shapes.</summary>
internal sealed unsafe class QuantizeFp8Kernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;

    private readonly Kernel _kernel = loader.Load("quantize_fp8", Threads / 32 * sizeof(float));

    /// <summary>Enqueues result = x / scales[row], as E4M3.</summary>
    /// <param name="result">Address, [rows, width] bytes.</param>
    /// <param name="scales">Address, [rows] of float.</param>
    /// <param name="x">Address, [rows, width].</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="width">A multiple of 4.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint scales, nint x, int rows, int width, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 4 == 0, "a row is written four bytes at a time");
        if (rows > 0)
        {
            _kernel.Launch(new LaunchGrid(rows), Threads, [(nint)(&result), (nint)(&scales), (nint)(&x), (nint)(&width)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
