using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>How a model's files hold the matrices of its experts.</summary>
public enum ExpertStorage
{
    /// <summary>A tensor for each expert and matrix, [out, in].</summary>
    Separate,

    /// <summary>A tensor for all experts, [experts, in, out], in which gate and up take turns (gpt-oss).</summary>
    Fused,

    /// <summary>The same as <see cref="Weights.Mxfp4"/>, [experts, out, in / 32, 16] and [experts, out, in / 32].</summary>
    FusedMxfp4,
}

/// <summary>
/// A mixture of experts in place of a layer's dense feed-forward part: a router gives each row a logit for every expert, the row passes
/// those with the highest ones, and their results are summed by weight (Shazeer et al. 2017, arXiv:1701.06538; Fedus et al. 2021,
/// arXiv:2101.03961; Jiang et al. 2024, arXiv:2401.04088).
/// </summary>
public sealed record ExpertsSpec
{
    /// <summary>Experts of a layer.</summary>
    public required int Count { get; init; }

    /// <summary>Experts that a row passes, at most <see cref="Count"/>.</summary>
    public required int PerToken { get; init; }

    /// <summary>Width of one expert, each a gated feed-forward part of its own.</summary>
    public required int Width { get; init; }

    /// <summary>A row's weights sum to 1: they are the softmax over the logits of its experts. Else they are that over the logits of all.</summary>
    public required bool NormalisesWeights { get; init; }

    /// <summary>The router has a bias.</summary>
    public bool RouterBias { get; init; }

    /// <summary>Gate, up and down of every expert have biases.</summary>
    public bool Biases { get; init; }

    /// <summary>
    /// Null: activation(gate) · up. Else, with l for it, g = min(gate, l) and u = up within ±l: g · sigmoid(1.702 · g) · (u + 1) (gpt-oss).
    /// </summary>
    public float? GateLimit { get; init; }

    public ExpertStorage Storage { get; init; }

    /// <summary>Layers that have a dense feed-forward part all the same.</summary>
    public ImmutableArray<int> DenseLayers { get; init; } = [];
}
