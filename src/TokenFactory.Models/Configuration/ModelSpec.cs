using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>The families of decoder whose tensors and layer structure are known.</summary>
public enum ModelArchitecture
{
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
    SmolLm3,
    Phi3,
    Gemma2,
    Gemma3,
    Qwen3Moe,
    Mixtral,
    GptOss,
}

/// <summary>The gate's non-linearity in the feed-forward part.</summary>
public enum Activation
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,

    /// <summary>Gaussian error linear unit in its tanh approximation.</summary>
    GeluTanh,
}

/// <summary>Which rotation a layer's queries and keys get.</summary>
public enum LayerRope
{
    /// <summary>No rotation (SmolLM3's NoPE layers).</summary>
    None,

    /// <summary><see cref="ModelSpec.Rope"/>.</summary>
    Global,

    /// <summary><see cref="ModelSpec.LocalRope"/> (Gemma-3's sliding layers).</summary>
    Local,
}

/// <summary>What differs from layer to layer.</summary>
/// <param name="SlidingWindow">A query sees this many last positions, its own included; null: all of them.</param>
/// <param name="Rope">The rotation of the layer's queries and keys.</param>
public readonly record struct LayerAttention(int? SlidingWindow, LayerRope Rope);

/// <summary>
/// A decoder-only model, normalised from <c>config.json</c> and <c>generation_config.json</c>: everything an executor must know
/// besides the tensors. All norms are RMS norms: x / sqrt(mean(x²) + <see cref="NormEpsilon"/>) · (weight + <see cref="NormWeightOffset"/>).
/// </summary>
public sealed record ModelSpec
{
    public required ModelArchitecture Architecture { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Query heads.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="AttentionHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; need not be hidden size / heads.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Width of the dense feed-forward part; 0 where every layer has experts.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>Rows of the embedding and of the head.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Longest context the model is made for, prompt and output together.</summary>
    public required int MaxPositions { get; init; }

    public required float NormEpsilon { get; init; }

    /// <summary>Added to every norm weight: 1 for Gemma, else 0.</summary>
    public float NormWeightOffset { get; init; }

    /// <summary>Norms also after attention and after the feed-forward part, before the residual sum (Gemma).</summary>
    public bool PostNorms { get; init; }

    /// <summary>Queries and keys are normed per head before the rotation (Qwen3, Gemma-3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>The query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>The attention output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Every query head has a logit that takes part in its softmax and has no value (gpt-oss).</summary>
    public bool AttentionSinks { get; init; }

    /// <summary>Gate, up and down projections have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>q, k and v are stored as one tensor <c>qkv_proj</c>, gate and up as <c>gate_up_proj</c> (Phi-3).</summary>
    public bool FusedProjections { get; init; }

    public Activation Activation { get; init; }

    /// <summary>Experts in place of the dense feed-forward part; null: no layer has them.</summary>
    public ExpertsSpec? Experts { get; init; }

    /// <summary>Factor on query · key; usually 1 / sqrt(<see cref="HeadSize"/>).</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Attention scores become cap · tanh(score / cap); null: as they are.</summary>
    public float? AttentionSoftCap { get; init; }

    /// <summary>Logits become cap · tanh(logit / cap); null: as they are.</summary>
    public float? LogitSoftCap { get; init; }

    /// <summary>Factor on the embedding rows: sqrt(hidden size) for Gemma, else 1.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>How matrices are stored where they are stored as FP8; null: as plain numbers.</summary>
    public StoredFp8? StoredFp8 { get; init; }

    /// <summary>The head uses the embedding's tensor.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>The rotation of most layers.</summary>
    public required RopeSpec Rope { get; init; }

    /// <summary>The rotation of layers marked <see cref="LayerRope.Local"/>.</summary>
    public RopeSpec? LocalRope { get; init; }

    /// <summary>One entry a layer.</summary>
    public required ImmutableArray<LayerAttention> LayerAttention { get; init; }

    /// <summary>Beginning-of-text token, if the model names one.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a generation: the union of both configuration files.</summary>
    public ImmutableArray<int> EndTokens { get; init; } = [];

    /// <summary>The publisher's sampling defaults.</summary>
    public GenerationDefaults Generation { get; init; } = GenerationDefaults.None;

    /// <summary>Query width: heads · head size.</summary>
    public int QuerySize => AttentionHeads * HeadSize;

    /// <summary>Key width, and value width: KV heads · head size.</summary>
    public int KeyValueSize => KeyValueHeads * HeadSize;

    /// <summary>Weights of all matrices, the embedding once if tied; norms and biases are left out.</summary>
    public long ParameterCount => CountParameters(Experts?.Count ?? 0);

    /// <summary>Weights of the matrices that one token is multiplied with: those of its own experts, and all others.</summary>
    public long ActiveParameterCount => CountParameters(Experts?.PerToken ?? 0);

    /// <summary>Whether a layer has experts.</summary>
    public bool HasExperts(int layer) => Experts is { } experts && !experts.DenseLayers.Contains(layer);

    private long CountParameters(int experts)
    {
        long attention = (long)HiddenSize * (QuerySize + (2L * KeyValueSize)) + ((long)QuerySize * HiddenSize);
        long dense = 3L * HiddenSize * FeedForwardSize;
        long mixture = Experts is null ? 0 : HiddenSize * (Experts.Count + (3L * experts * Experts.Width));
        int denseLayers = Experts?.DenseLayers.Length ?? Layers;
        long embedding = (long)VocabularySize * HiddenSize;
        return (Layers * attention) + (denseLayers * dense) + ((Layers - denseLayers) * mixture) + (TiedEmbeddings ? embedding : 2 * embedding);
    }
}
