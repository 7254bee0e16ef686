using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>The feed-forward part's gate; <c>gated_activation.cu</c> has the shapes.</summary>
/// <param name="loader">Compiles it.</param>
/// <param name="isGelu">Whether the activation is GELU in its tanh form; else SiLU.</param>
internal sealed unsafe class GatedActivationKernel(KernelLoader loader, bool isGelu) : IDisposable
{
    private const int Threads = 256;

    // Each thread works on this many pairs of a row, so that a few rows still fill a device.
    private const int PairsOfThread = 2;

    private readonly Kernel _kernel = loader.Load("gated_activation", Threads / 32 * sizeof(float), isGelu ? ["ACTIVATION_GELU"] : []);

    /// <summary>Enqueues result = activation(gate) * up.</summary>
    /// <param name="result">Address, [rows, width].</param>
    /// <param name="gateUp">Address, [rows, 2 * width], the gate first.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="width">Even.</param>
    /// <param name="norm">What is left to do to <paramref name="gateUp"/>.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint gateUp, int rows, int width, LateNorm norm, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (rows > 0)
        {
            const int PairsOfBlock = Threads * PairsOfThread;
            int pieces = ((width / 2) + PairsOfBlock - 1) / PairsOfBlock;
            _kernel.Launch(new LaunchGrid(rows, pieces), Threads, [(nint)(&result), (nint)(&gateUp), (nint)(&width), (nint)(&norm)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
