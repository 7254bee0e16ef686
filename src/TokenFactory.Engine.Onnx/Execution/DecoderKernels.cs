using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Kernels;
using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Onnx.Memory;
using TokenFactory.Engine.Onnx.Operators;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Makes the kernels of a decoder's nodes and owns what they share: packed weights, KV pool, rotations, scratch.</summary>
internal sealed unsafe class DecoderKernels : IDecoderKernels, IDisposable
{
    private readonly ModelSpec _spec;
    private readonly WeightLayout _layout;
    private readonly WeightMemory _weights;
    private readonly OperatorScratch _scratch = new();
    private readonly RopeTable? _globalRope;
    private readonly RopeTable? _localRope;
    private readonly int _threads;
    private readonly long _activation;

    /// <param name="spec">The model.</param>
    /// <param name="layout">Where the weights lie in the file.</param>
    /// <param name="weights">The file's content; the kernels' to keep.</param>
    /// <param name="geometry">Of the KV memory.</param>
    /// <param name="threads">Threads of the session.</param>
    public DecoderKernels(ModelSpec spec, WeightLayout layout, WeightMemory weights, KvGeometry geometry, int threads)
    {
        _spec = spec;
        _layout = layout;
        _weights = weights;
        _threads = threads;
        Pool = new KvPool(geometry.Layout, geometry.Blocks);
        Slices = new StepSlices(geometry.Sequences, geometry.Capacity, geometry.BlockSize);
        if (spec.LayerAttention.Any(layer => layer.Rope == LayerRope.Global))
        {
            _globalRope = RopeTable.Create(spec.Rope, geometry.Capacity);
        }
        if (spec.LayerAttention.Any(layer => layer.Rope == LayerRope.Local))
        {
            _localRope = RopeTable.Create(spec.LocalRope!, geometry.Capacity);
        }
        _activation = Operators.Add(new GatedActivationKernel(spec.Activation, spec.FeedForwardSize));
    }

    public OperatorSet Operators { get; } = new(new OperatorShape("Product", 1, 1), new OperatorShape("Attention", 1, 1), new OperatorShape("GatedActivation", 1, 1));

    public KvPool Pool { get; }

    /// <summary>What the attention of the next step reads; set before each run.</summary>
    public StepSlices Slices { get; }

    public long Product(StoredProjection projection)
    {
        ProductArguments product = new()
        {
            Weights = _weights.Base + projection.Weights.Offset,
            Rows = projection.Rows,
            Columns = projection.Columns,
            Bits = projection.Bits,
            Kernels = ProductKernels.Of(CpuLevels.Highest).Table(projection.Bits),
        };
        return Operators.Add(new ProductKernel(product, VectorOrNull(projection.Name + ".bias"), _scratch));
    }

    public long Attention(int layer)
    {
        LayerAttention attention = _spec.LayerAttention[layer];
        RopeTable? rope = attention.Rope switch
        {
            LayerRope.Global => _globalRope,
            LayerRope.Local => _localRope,
            _ => null,
        };
        AttentionArguments arguments = new()
        {
            Layout = Pool.Layout,
            Pool = Pool.Base,
            Layer = layer,
            Heads = _spec.AttentionHeads,
            QueryNorm = VectorOrNull(WeightLayout.Of(layer, "query_norm")),
            KeyNorm = VectorOrNull(WeightLayout.Of(layer, "key_norm")),
            NormEpsilon = _spec.NormEpsilon,
            Scale = _spec.AttentionScale,
            Window = attention.SlidingWindow ?? 0,
            SoftCap = _spec.AttentionSoftCap ?? 0,
        };
        if (rope is not null)
        {
            arguments.RotaryPairs = rope.Width;
            arguments.Cosines = rope.Cosines;
            arguments.Sines = rope.Sines;
        }
        return Operators.Add(new AttentionKernel(arguments, Slices, _scratch, _threads));
    }

    public long GatedActivation() => _activation;

    public void Dispose()
    {
        Operators.Dispose();
        Pool.Dispose();
        Slices.Dispose();
        _scratch.Dispose();
        _globalRope?.Dispose();
        _localRope?.Dispose();
        _weights.Dispose();
    }

    private float* VectorOrNull(string name) =>
        _layout.VectorOrNull(name) is { } vector ? (float*)(_weights.Base + vector.Tensor.Offset) : null;
}
