using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>The kernels of layers with experts, compiled for a model.</summary>
internal sealed class ExpertKernels : IDisposable
{
    public ExpertKernels(KernelLoader loader, ModelSpec spec)
    {
        ExpertsSpec experts = spec.Experts!;
        Router = new RouterKernel(loader, experts.Count, experts.NormalisesWeights);
        Order = new ExpertOrderKernel(loader, experts.Count);
        GateUp = new ExpertProductKernel(loader, GateOf(spec));
        Down = new ExpertProductKernel(loader, ExpertGate.None);
        Sum = new ExpertSumKernel(loader);
    }

    public RouterKernel Router { get; }

    public ExpertOrderKernel Order { get; }

    public ExpertProductKernel GateUp { get; }

    public ExpertProductKernel Down { get; }

    public ExpertSumKernel Sum { get; }

    public void Dispose()
    {
        foreach (IDisposable kernel in new IDisposable[] { Router, Order, GateUp, Down, Sum })
        {
            kernel.Dispose();
        }
    }

    private static ExpertGate GateOf(ModelSpec spec) => spec switch
    {
        { Experts.GateLimit: not null } => ExpertGate.Limited,
        { Activation: Activation.GeluTanh } => ExpertGate.Gelu,
        _ => ExpertGate.Silu,
    };
}
