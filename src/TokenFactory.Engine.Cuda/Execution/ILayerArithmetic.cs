using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Weights;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// How the products of layers are computed, and how their results join the residual stream: what differs between matrices of elements and of
/// FP8. A stage is a layer's attention or its feed-forward part; the head is the last. Everything is enqueued.
/// </summary>
internal interface ILayerArithmetic
{
    /// <summary>Ends the stage before, if any: adds what it left beside the residual stream. Readies the rows of the stage's first product.</summary>
    /// <param name="stage">Which, from 0.</param>
    /// <param name="rows">Rows of activations.</param>
    void Begin(int stage, int rows);

    /// <summary>Computes q, k and v of the rows that <see cref="Begin"/> has readied.</summary>
    /// <returns>What the results still need.</returns>
    LateNorm QueryKeyValue(LayerWeights own, int rows);

    /// <summary>Multiplies what attention has mixed with the output matrix.</summary>
    /// <returns>Address of [rows, hidden], of which each device that shares the model holds a summand.</returns>
    nint AttentionOutput(LayerWeights own, int rows);

    /// <summary>Computes the feed-forward part of the rows that <see cref="Begin"/> has readied.</summary>
    /// <returns>Address of [rows, hidden], of which each device that shares the model holds a summand.</returns>
    nint FeedForward(LayerWeights own, int rows);
}
