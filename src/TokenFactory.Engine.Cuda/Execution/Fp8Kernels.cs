using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>The kernels of a model whose layers' matrices are FP8, beside those of every model.</summary>
/// <param name="loader">Compiles them.</param>
/// <param name="spec">The model, or the device's part of it.</param>
internal sealed class Fp8Kernels(KernelLoader loader, ModelSpec spec) : IDisposable
{
    public QuantizeFp8Kernel Quantize { get; } = new(loader);

    public JoinFp8Kernel Join { get; } = new(loader, spec.HiddenSize);

    public GatedActivationFp8Kernel Activation { get; } = new(loader, spec.Activation == Models.Configuration.Activation.GeluTanh, spec.FeedForwardSize);

    /// <summary>Products of a few rows.</summary>
    public GemvKernel Few { get; } = new(loader, GemvOperands.Fp8, RowBuckets.UpTo(GemvKernel.MostRows));

    public void Dispose()
    {
        foreach (IDisposable kernel in new IDisposable[] { Quantize, Join, Activation, Few })
        {
            kernel.Dispose();
        }
    }
}
