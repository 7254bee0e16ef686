using TokenFactory.Engine.Cuda.Weights;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>The feed-forward part of a layer.</summary>
internal interface IFeedForward
{
    /// <summary>Enqueues the part for rows of the residual stream.</summary>
    /// <param name="own">The layer's tensors.</param>
    /// <param name="rows">A bucket.</param>
    /// <returns>Address of [rows, hidden] of elements: the stream with the part added, or this device's summand of it, as <see cref="ResidualJoin"/> leaves it.</returns>
    nint Enqueue(LayerWeights own, int rows);
}
