using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// One device's part of a model that several devices share: an even part of the heads and of the feed-forward width, or that of each expert, of every layer
/// (Shoeybi et al. 2019, arXiv:1909.08053). Each computes a summand of what a layer adds to the residual stream, which all of them hold whole.
/// </summary>
/// <param name="Rank">Which part, from 0.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct TensorShard(int Rank, int Count)
{
    // Kernels of experts read this many numbers at a time.
    private const int ExpertStep = 8;

    /// <summary>All of a model on one device.</summary>
    public static TensorShard Whole { get; } = new(0, 1);

    /// <summary>Whether its summand holds what is added once: the residual stream itself, and biases.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>The model as this device computes it.</summary>
    /// <exception cref="ArgumentException">It cannot be divided into so many parts.</exception>
    public ModelSpec PartOf(ModelSpec spec)
    {
        if (Count == 1)
        {
            return spec;
        }
        int greatest = Greatest(spec);
        return greatest % Count == 0
            ? spec with
            {
                AttentionHeads = spec.AttentionHeads / Count,
                KeyValueHeads = spec.KeyValueHeads / Count,
                FeedForwardSize = spec.FeedForwardSize / Count,
                Experts = spec.Experts is null ? null : spec.Experts with { Width = spec.Experts.Width / Count },
            }
            : throw new ArgumentException(
                $"{spec.KeyValueHeads} KV heads, {spec.AttentionHeads} heads and {Widths(spec)} do not divide among {Count} devices; {greatest} would do, or what divides it.");
    }

    /// <summary>This device's rows of a matrix or of a bias whose outputs are divided.</summary>
    public TensorView Rows(TensorView tensor) => Count == 1 ? tensor : tensor.Slice(Rank * (tensor.Rows / Count), tensor.Rows / Count);

    private static int Greatest(ModelSpec spec) =>
        Divisor(Divisor(Divisor(spec.KeyValueHeads, spec.AttentionHeads), spec.FeedForwardSize), (spec.Experts?.Width ?? 0) / ExpertStep);

    private static string Widths(ModelSpec spec) => spec.Experts is { } experts
        ? $"an expert width of {experts.Width}, in steps of {ExpertStep}," + (spec.FeedForwardSize > 0 ? $" and a feed-forward width of {spec.FeedForwardSize}" : "")
        : $"a feed-forward width of {spec.FeedForwardSize}";

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
