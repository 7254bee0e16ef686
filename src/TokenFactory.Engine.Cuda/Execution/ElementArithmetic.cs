using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
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
        Join(products.AttentionOutput, buffers.Attended.Value, own.AttentionOutput, own.AttentionOutputBias, own.PostAttentionNorm, rows);

    public nint FeedForward(LayerWeights own, int rows)
    {
        products.GateUp.Enqueue(buffers.GateUp.Value, buffers.X.Value, own.GateUp.Value, 0, rows, adds: false);
        LateNorm left = products.GateUp.LeftOf(rows, buffers.X.Value, own.GateUpBias?.Value ?? 0);
        kernels.Activation.Launch(buffers.Activated.Value, buffers.GateUp.Value, rows, spec.FeedForwardSize, left, stream);
        return Join(products.Down, buffers.Activated.Value, own.Down, own.DownBias, own.PostFeedForwardNorm, rows);
    }

    /// <summary>Adds a part's result to the residual stream, or leaves it beside where a norm comes between. Of several devices the first adds, and the sum over all has it then.</summary>
    private nint Join(Projection projection, nint result, DeviceMatrix matrix, DeviceMemory? bias, DeviceMemory? norm, int rows)
    {
        nint to = norm is null ? buffers.X.Value : buffers.Added.Value;
        projection.Enqueue(to, result, matrix.Value, bias?.Value ?? 0, rows, adds: norm is null && shard.IsFirst);
        return to;
    }
}
