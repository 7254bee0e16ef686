using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>The fields that all supported families share, with the family's own defaults for those that a file may leave out.</summary>
internal static class DecoderFields
{
    private const int MostLayers = 1024;
    private const int WidestHidden = 1 << 17;
    private const int WidestFeedForward = 1 << 20;
    private const int MostTokens = 1 << 22;

    public sealed record Defaults
    {
        public double Theta { get; init; } = 10_000;
        public double NormEpsilon { get; init; } = 1e-6;
        public bool Tied { get; init; }
        public int? Heads { get; init; }
        public int? KeyValueHeads { get; init; }
        public int? HeadSize { get; init; }
        public int? Vocabulary { get; init; }
        public int? MaxPositions { get; init; }
    }

    public static ModelSpec Read(ConfigSection config, ModelArchitecture architecture, Defaults defaults)
    {
        int hidden = config.Int("hidden_size", 1, WidestHidden);
        int layers = config.Int("num_hidden_layers", 1, MostLayers);
        int heads = IntOr(config, "num_attention_heads", WidestHidden, defaults.Heads);
        int keyValueHeads = config.Int("num_key_value_heads", 1, WidestHidden, defaults.KeyValueHeads ?? heads);
        if (heads % keyValueHeads != 0)
        {
            throw config.Wrong("num_key_value_heads", $"is {keyValueHeads}; it must divide num_attention_heads, which is {heads}");
        }
        int headSize = config.IntOrNull("head_dim", 2, 4096) ?? defaults.HeadSize ?? HeadSizeFrom(config, hidden, heads);
        int stated = IntOr(config, "max_position_embeddings", int.MaxValue, defaults.MaxPositions);
        RopeSpec rope = RopeReader.Read(config, headSize, stated, defaults.Theta);
        return new ModelSpec
        {
            Architecture = architecture,
            Layers = layers,
            HiddenSize = hidden,
            AttentionHeads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = headSize,
            FeedForwardSize = config.Int("intermediate_size", 1, WidestFeedForward),
            VocabularySize = IntOr(config, "vocab_size", MostTokens, defaults.Vocabulary),
            MaxPositions = RopeReader.MaxPositions(rope, stated),
            NormEpsilon = (float)config.Positive("rms_norm_eps", defaults.NormEpsilon),
            Activation = ReadActivation(config),
            AttentionScale = (float)(1 / Math.Sqrt(headSize)),
            TiedEmbeddings = config.Bool("tie_word_embeddings", defaults.Tied),
            Rope = rope,
            LayerAttention = [.. Enumerable.Repeat(new LayerAttention(null, LayerRope.Global), layers)],
        };
    }

    /// <summary>
    /// Layers under a sliding window: by <c>layer_types</c> where the file has it, else by the family's <paramref name="rule"/>.
    /// </summary>
    public static ImmutableArray<bool> SlidingLayers(ConfigSection config, int layers, Func<int, bool> rule)
    {
        ImmutableArray<string> types = config.Strings("layer_types");
        if (types.IsEmpty)
        {
            return [.. Enumerable.Range(0, layers).Select(rule)];
        }
        if (types.Length != layers)
        {
            throw config.Wrong("layer_types", $"has {types.Length} entries; num_hidden_layers is {layers}");
        }
        return [.. types.Select(type => type switch
        {
            "sliding_attention" => true,
            "full_attention" => false,
            _ => throw config.Wrong("layer_types", $"\"{type}\" is not supported; supported are full_attention and sliding_attention"),
        })];
    }

    /// <summary>Puts one window over the marked layers.</summary>
    public static ModelSpec WithWindow(this ModelSpec spec, int? window, ImmutableArray<bool> sliding) => spec with
    {
        LayerAttention = [.. spec.LayerAttention.Select((layer, i) => layer with { SlidingWindow = sliding[i] ? window : null })],
    };

    private static int IntOr(ConfigSection config, string name, int max, int? fallback) =>
        fallback is { } value ? config.Int(name, 1, max, value) : config.Int(name, 1, max);

    private static int HeadSizeFrom(ConfigSection config, int hidden, int heads) => hidden % heads == 0
        ? hidden / heads
        : throw config.Wrong("num_attention_heads", $"is {heads}; it must divide hidden_size, which is {hidden}, where head_dim is not given");

    private static Activation ReadActivation(ConfigSection config)
    {
        string field = config.Has("hidden_activation") ? "hidden_activation" : "hidden_act";
        return (config.StringOrNull(field) ?? DefaultActivation(config)) switch
        {
            "silu" or "swish" => Activation.Silu,
            "gelu_pytorch_tanh" => Activation.GeluTanh,
            string other => throw config.Wrong(field, $"\"{other}\" is not supported; supported are silu and gelu_pytorch_tanh"),
        };
    }

    private static string DefaultActivation(ConfigSection config) =>
        (config.StringOrNull("model_type") ?? "").StartsWith("gemma", StringComparison.Ordinal) ? "gelu_pytorch_tanh" : "silu";
}
