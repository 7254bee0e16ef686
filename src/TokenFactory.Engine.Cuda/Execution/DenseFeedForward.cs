using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>A gated feed-forward part that all rows pass: gate/up, activation, down. The norm before it is part of the first or the second.</summary>
/// <param name="spec">The model, or the device's part of it.</param>
/// <param name="shard">Which part.</param>
/// <param name="kernels">Compiled for its shapes.</param>
/// <param name="buffers">What steps use again.</param>
/// <param name="products">Matrix products.</param>
/// <param name="stream">Where.</param>
internal sealed class DenseFeedForward(
    ModelSpec spec, TensorShard shard, DecoderKernels kernels, DecoderBuffers buffers, MatrixProducts products, CudaStream stream) : IFeedForward
{
    private readonly ResidualJoin _join = new(buffers, shard);

    public nint Enqueue(LayerWeights own, int rows)
    {
        products.GateUp.Enqueue(buffers.GateUp.Value, buffers.X.Value, own.GateUp!.Value, 0, rows, adds: false);
        LateNorm left = products.GateUp.LeftOf(rows, buffers.X.Value, own.GateUpBias?.Value ?? 0);
        kernels.Activation.Launch(buffers.Activated.Value, buffers.GateUp.Value, rows, spec.FeedForwardSize, left, stream);
        return _join.Enqueue(products.Down, buffers.Activated.Value, own.Down!.Value, own.DownBias?.Value ?? 0, own.PostFeedForwardNorm?.Value ?? 0, rows);
    }
}
