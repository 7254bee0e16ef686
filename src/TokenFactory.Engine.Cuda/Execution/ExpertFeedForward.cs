using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// A feed-forward part of which each row passes the few experts that a router chooses for it, six launches: norm, choice, order by expert,
/// gate/up with the activation, down, and the sum by weight, which joins the residual stream. Sizes of launches follow from the rows alone, so
/// that they can be recorded.
/// </summary>
/// <param name="spec">The model, or the device's part of it.</param>
/// <param name="shard">Which part. Each device makes the same choice and computes a part of every expert's width.</param>
/// <param name="kernels">Compiled for its shapes.</param>
/// <param name="buffers">What steps use again.</param>
/// <param name="stream">Where.</param>
internal sealed class ExpertFeedForward(ModelSpec spec, TensorShard shard, DecoderKernels kernels, DecoderBuffers buffers, CudaStream stream) : IFeedForward
{
    private readonly ExpertsSpec _experts = spec.Experts!;
    private readonly ExpertKernels _kernels = kernels.Experts!;
    private readonly ExpertBuffers _buffers = buffers.Experts!;

    public nint Enqueue(LayerWeights own, int rows)
    {
        ExpertWeights weights = own.Experts!;
        nint x = buffers.X.Value, normed = _buffers.Normed.Value, choices = _buffers.Choices.Value, shares = _buffers.Weights.Value;
        nint order = _buffers.Order.Value, places = _buffers.Places.Value, tiles = _buffers.Tiles.Value, tileCount = _buffers.TileCount.Value;
        int chosen = _experts.PerToken, pairs = rows * chosen;
        kernels.Norm.Launch(normed, x, 0, weights.Norm.Value, rows, spec.HiddenSize, spec.NormEpsilon, spec.NormWeightOffset, stream);
        _kernels.Router.Launch(
            choices, shares, normed, weights.Router.Value, weights.RouterBias?.Value ?? 0, rows, spec.HiddenSize, _experts.Count, chosen, stream);
        _kernels.Order.Launch(order, places, tiles, tileCount, choices, pairs, stream);
        ExpertProductShape wide = new(pairs, _experts.Count, chosen, spec.HiddenSize, _experts.Width);
        _kernels.GateUp.Launch(
            _buffers.Activated.Value, normed, weights.GateUp.Value, weights.GateUpBias?.Value ?? 0, order, tiles, tileCount, wide, _experts.GateLimit ?? 0, stream);
        ExpertProductShape narrow = wide with { Inputs = _experts.Width, Outputs = spec.HiddenSize };
        _kernels.Down.Launch(
            _buffers.Results.Value, _buffers.Activated.Value, weights.Down.Value, weights.DownBias?.Value ?? 0, order, tiles, tileCount, narrow, 0, stream);
        _kernels.Sum.Launch(x, _buffers.Results.Value, places, shares, rows, chosen, spec.HiddenSize, adds: shard.IsFirst, stream);
        return x;
    }
}
