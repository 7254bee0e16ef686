using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>The kernels of one model, compiled for its shapes.</summary>
internal sealed class DecoderKernels : IDisposable
{
    private readonly Dictionary<LayerRope, RopeKvWriteKernel> _rope = [];

    /// <param name="loader">Compiles them.</param>
    /// <param name="spec">The model.</param>
    /// <param name="shape">Of its keys and values.</param>
    /// <param name="isFp8">Whether its layers' matrices are FP8.</param>
    public DecoderKernels(KernelLoader loader, ModelSpec spec, KvShape shape, bool isFp8)
    {
        Embedding = new EmbeddingKernel(loader);
        Norm = new RmsNormKernel(loader);
        Decode = new AttentionDecodeKernel(loader, shape);
        Prefill = new AttentionPrefillKernel(loader, shape);
        Activation = new GatedActivationKernel(loader, spec.Activation == Models.Configuration.Activation.GeluTanh);
        Gather = new GatherRowsKernel(loader);
        Sampling = new SamplingKernel(loader);
        Scatter = new ScatterKernel(loader);
        Few = new GemvKernel(loader, GemvOperands.Elements, RowBuckets.UpTo(GemvKernel.MostRows));
        NormedFew = new GemvKernel(loader, GemvOperands.Normed, RowBuckets.UpTo(GemvKernel.MostRows));
        SoftCap = new SoftCapKernel(loader);
        Columns = new ScaleColumnsKernel(loader);
        Fp8 = isFp8 ? new Fp8Kernels(loader, spec) : null;
        Experts = spec.Experts is null ? null : new ExpertKernels(loader, spec);
        foreach (LayerRope rope in spec.LayerAttention.Select(layer => layer.Rope).Distinct())
        {
            _rope.Add(rope, new RopeKvWriteKernel(loader, shape, RotaryOf(spec, rope), spec.QueryKeyNorm));
        }
    }

    public EmbeddingKernel Embedding { get; }

    public RmsNormKernel Norm { get; }

    public AttentionDecodeKernel Decode { get; }

    public AttentionPrefillKernel Prefill { get; }

    public GatedActivationKernel Activation { get; }

    public GatherRowsKernel Gather { get; }

    public SamplingKernel Sampling { get; }

    public ScatterKernel Scatter { get; }

    /// <summary>Products of a few rows.</summary>
    public GemvKernel Few { get; }

    /// <summary>The same, of rows that it norms.</summary>
    public GemvKernel NormedFew { get; }

    public SoftCapKernel SoftCap { get; }

    public ScaleColumnsKernel Columns { get; }

    /// <summary>Null where the layers' matrices are elements.</summary>
    public Fp8Kernels? Fp8 { get; }

    /// <summary>Null for a model without experts.</summary>
    public ExpertKernels? Experts { get; }

    public RopeKvWriteKernel Rope(LayerRope rope) => _rope[rope];

    /// <summary>The rotation of a layer; null for none.</summary>
    public static RopeSpec? RopeOf(ModelSpec spec, LayerRope rope) => rope switch { LayerRope.Global => spec.Rope, LayerRope.Local => spec.LocalRope, _ => null };

    public void Dispose()
    {
        foreach (IDisposable kernel in _rope.Values.Concat<IDisposable>([Embedding, Norm, Decode, Prefill, Activation, Gather, Sampling, Scatter, Few, NormedFew, SoftCap, Columns]))
        {
            kernel.Dispose();
        }
        Fp8?.Dispose();
        Experts?.Dispose();
    }

    private static int RotaryOf(ModelSpec spec, LayerRope rope) => RopeOf(spec, rope)?.RotaryDimensions ?? 0;
}
