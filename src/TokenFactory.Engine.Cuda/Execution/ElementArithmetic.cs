using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Layers of bf16 or fp16 matrices. Norms before a product are done by it or by the kernel that reads its results; the residual sum is part of a
/// product, unless a norm lies between.
/// </summary>
/// <param name="spec">The model, or the device's part of it.</param>
/// <param name="shard">Which part.</param>
/// <param name="weights">Its tensors.</param>
/// <param name="kernels">Compiled for its shapes.</param>
/// <param name="buffers">What steps use again.</param>
/// <param name="products">Matrix products.</param>
/// <param name="stream">Where.</param>
internal sealed class ElementArithmetic(
    ModelSpec spec, TensorShard shard, DeviceWeights weights, DecoderKernels kernels, DecoderBuffers buffers, MatrixProducts products, CudaStream stream) : ILayerArithmetic
{
    private readonly ResidualJoin _join = new(buffers, shard);
    private readonly DenseFeedForward _dense = new(spec, shard, kernels, buffers, products, stream);
    private readonly ExpertFeedForward? _experts = spec.Experts is null ? null : new(spec, shard, kernels, buffers, stream);

    public void Begin(int stage, int rows)
    {
        if (stage == 0)
        {
            return;
        }
        LayerWeights before = weights.Layers[(stage - 1) / 2];
        if ((stage % 2 == 1 ? before.PostAttentionNorm : before.PostFeedForwardNorm) is { } norm)
        {
            kernels.Norm.Launch(
                buffers.X.Value, buffers.Added.Value, buffers.X.Value, norm.Value, rows, spec.HiddenSize, spec.NormEpsilon, spec.NormWeightOffset, stream);
        }
    }

    public LateNorm QueryKeyValue(LayerWeights own, int rows)
    {
        products.QueryKeyValue.Enqueue(buffers.Qkv.Value, buffers.X.Value, own.QueryKeyValue.Value, 0, rows, adds: false);
        return products.QueryKeyValue.LeftOf(rows, buffers.X.Value, own.QueryKeyValueBias?.Value ?? 0);
    }

    public nint AttentionOutput(LayerWeights own, int rows) =>
        _join.Enqueue(
            products.AttentionOutput, buffers.Attended.Value, own.AttentionOutput.Value, own.AttentionOutputBias?.Value ?? 0, own.PostAttentionNorm?.Value ?? 0, rows);

    public nint FeedForward(LayerWeights own, int rows) => FeedForwardOf(own).Enqueue(own, rows);

    private IFeedForward FeedForwardOf(LayerWeights own) => own.Experts is null ? _dense : _experts!;
}
