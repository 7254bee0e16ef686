using System.Collections.Immutable;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Models.Weights;

/// <summary>What a tensor is for. Projections are [out, in], norms and biases [width].</summary>
public enum WeightRole
{
    /// <summary>[vocabulary, hidden].</summary>
    TokenEmbedding,

    /// <summary>The norm before the head.</summary>
    FinalNorm,

    /// <summary>[vocabulary, hidden]; the embedding where tied.</summary>
    OutputHead,
    AttentionNorm,
    Query,
    QueryBias,
    Key,
    KeyBias,
    Value,
    ValueBias,

    /// <summary>[head size], the same for all heads.</summary>
    QueryNorm,
    KeyNorm,
    AttentionOutput,
    AttentionOutputBias,

    /// <summary>[query heads].</summary>
    AttentionSinks,

    /// <summary>On the attention's result, before the residual sum (Gemma).</summary>
    PostAttentionNorm,
    FeedForwardNorm,

    /// <summary>Of the dense feed-forward part, or of one of a layer's experts; so are the five that follow.</summary>
    Gate,
    GateBias,
    Up,
    UpBias,
    Down,
    DownBias,

    /// <summary>[experts, hidden].</summary>
    Router,
    RouterBias,

    /// <summary>Of all experts, as <see cref="ExpertStorage.Fused"/> has them.</summary>
    ExpertGateUp,
    ExpertGateUpBias,
    ExpertDown,
    ExpertDownBias,

    /// <summary>Of all experts, as <see cref="ExpertStorage.FusedMxfp4"/> has them.</summary>
    ExpertGateUpBlocks,
    ExpertGateUpScales,
    ExpertDownBlocks,
    ExpertDownScales,

    /// <summary>On the feed-forward part's result, before the residual sum (Gemma).</summary>
    PostFeedForwardNorm,
}

/// <summary>
/// The tensors of a model by role, layer and expert, found under the names of its family and checked against the spec's shapes. Fused
/// projections appear as their parts.
/// </summary>
public sealed class WeightMap
{
    private const int NoLayer = -1;

    private readonly Dictionary<(WeightRole Role, int Layer, int Expert), TensorView> _tensors = [];

    private WeightMap()
    {
    }

    /// <summary>The tensor of a role that belongs to no layer.</summary>
    public TensorView this[WeightRole role] => _tensors[(role, NoLayer, WeightName.NoExpert)];

    /// <summary>The tensor of a layer's role; a role that the spec does not have throws <see cref="KeyNotFoundException"/>.</summary>
    public TensorView this[WeightRole role, int layer] => _tensors[(role, layer, WeightName.NoExpert)];

    /// <summary>The tensor of a role of one of a layer's experts.</summary>
    public TensorView this[WeightRole role, int layer, int expert] => _tensors[(role, layer, expert)];

    public bool TryGet(WeightRole role, int layer, out TensorView tensor) => _tensors.TryGetValue((role, layer, WeightName.NoExpert), out tensor!);

    /// <summary>Finds every tensor that <paramref name="spec"/> asks for. Throws <see cref="ModelFormatException"/> naming the first that is missing or misshapen.</summary>
    public static WeightMap Create(ModelSpec spec, TensorStore store)
    {
        WeightFinder finder = new(store, spec.StoredFp8);
        WeightMap map = new();
        map.AddOuter(spec, finder);
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            foreach (WeightName name in WeightNames.OfLayer(spec, layer))
            {
                map.AddParts(name, layer, finder.Layer(layer, name));
            }
        }
        return map;
    }

    private void AddOuter(ModelSpec spec, WeightFinder finder)
    {
        ImmutableArray<long> matrix = [spec.VocabularySize, spec.HiddenSize];
        TensorView? embedding = finder.OuterOrNull("embed_tokens.weight", matrix);
        TensorView? head = finder.HeadOrNull(matrix);
        // Some tools keep only one of two tensors that share memory, and not always the same one.
        _tensors[(WeightRole.TokenEmbedding, NoLayer, WeightName.NoExpert)] = embedding
            ?? (spec.TiedEmbeddings ? head : null) ?? throw finder.Missing("embed_tokens.weight");
        _tensors[(WeightRole.OutputHead, NoLayer, WeightName.NoExpert)] = spec.TiedEmbeddings
            ? this[WeightRole.TokenEmbedding]
            : head ?? throw finder.Missing("lm_head.weight", "if the model ties its head to the embedding, config.json must say tie_word_embeddings true");
        _tensors[(WeightRole.FinalNorm, NoLayer, WeightName.NoExpert)] = finder.OuterOrNull("norm.weight", [spec.HiddenSize]) ?? throw finder.Missing("norm.weight");
    }

    private void AddParts(WeightName name, int layer, TensorView tensor)
    {
        long row = 0;
        foreach (WeightPart part in name.Parts)
        {
            _tensors[(part.Role, layer, name.Expert)] = name.Parts.Length == 1 ? tensor : tensor.Slice(row, part.Rows);
            row += part.Rows;
        }
    }
}
