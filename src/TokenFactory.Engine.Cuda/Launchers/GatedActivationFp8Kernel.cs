using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Weights;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>The feed-forward part's gate, whose results are FP8 rows; <c>gated_activation_fp8.cu</c> has the shapes.</summary>
/// <param name="loader">Compiles it.</param>
/// <param name="isGelu">Whether the activation is GELU in its tanh form; else SiLU.</param>
/// <param name="width">Numbers of a result's row, a multiple of 4.</param>
internal sealed unsafe class GatedActivationFp8Kernel(KernelLoader loader, bool isGelu, int width) : IDisposable
{
    // A block has a whole row, whose largest number it seeks.
    private const int Threads = 512;

    private readonly Kernel _kernel = loader.Load("gated_activation_fp8", (Threads / 32 * sizeof(float)) + (width * ElementFormat.Bytes), isGelu ? ["ACTIVATION_GELU"] : []);

    /// <summary>Enqueues result = activation(gate) * up / scales[row], as E4M3.</summary>
    /// <param name="result">Address, [rows, width] bytes.</param>
    /// <param name="scales">Address, [rows] of float; may be those that <paramref name="left"/> names.</param>
    /// <param name="gateUp">Address, [rows, 2 * width], the gate first.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="left">What is left to do to <paramref name="gateUp"/>.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint scales, nint gateUp, int rows, LateNorm left, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 4 == 0, "a row is written four bytes at a time");
        int numbers = width;
        if (rows > 0)
        {
            _kernel.Launch(new LaunchGrid(rows), Threads, [(nint)(&result), (nint)(&scales), (nint)(&gateUp), (nint)(&numbers), (nint)(&left)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
