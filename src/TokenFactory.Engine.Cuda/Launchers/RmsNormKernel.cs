using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>RMS norm of rows; <c>rms_norm.cu</c> has the shapes.</summary>
internal sealed unsafe class RmsNormKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;

    private readonly Kernel _kernel = loader.Load("rms_norm", Threads / 32 * sizeof(float));

    /// <summary>Enqueues result = norm(x) * (weight + offset) (+ residual).</summary>
    /// <param name="result">Address, [rows, width]; may be <paramref name="x"/> or <paramref name="residual"/>.</param>
    /// <param name="x">Address, [rows, width].</param>
    /// <param name="residual">Address, [rows, width]; 0 for none.</param>
    /// <param name="weight">Address, [width].</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="width">Even.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="weightOffset">1 where a model's weights are kept less 1, as Gemma's are; else 0.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint x, nint residual, nint weight, int rows, int width, float epsilon, float weightOffset, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (rows > 0)
        {
            _kernel.Launch(new LaunchGrid(rows), Threads, [(nint)(&result), (nint)(&x), (nint)(&residual), (nint)(&weight), (nint)(&width), (nint)(&epsilon), (nint)(&weightOffset)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
