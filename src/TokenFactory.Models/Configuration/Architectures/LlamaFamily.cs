using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Llama and what differs from it by little: Mistral's window, SmolLM3's layers without rotation.</summary>
internal static class LlamaFamily
{
    public static ModelSpec Llama(ConfigSection config)
    {
        bool attentionBias = config.Bool("attention_bias", false);
        return DecoderFields.Read(config, ModelArchitecture.Llama, new DecoderFields.Defaults { MaxPositions = 2048 }) with
        {
            QueryKeyValueBias = attentionBias,
            OutputBias = attentionBias,
            FeedForwardBias = config.Bool("mlp_bias", false),
        };
    }

    public static ModelSpec Mistral(ConfigSection config)
    {
        ModelSpec spec = DecoderFields.Read(config, ModelArchitecture.Mistral, new DecoderFields.Defaults());
        return spec.WithWindow(
            config.IntOrNull("sliding_window"), DecoderFields.SlidingLayers(config, spec.Layers, _ => true));
    }

    public static ModelSpec SmolLm3(ConfigSection config)
    {
        ModelSpec spec = Llama(config) with { Architecture = ModelArchitecture.SmolLm3, TiedEmbeddings = config.Bool("tie_word_embeddings", true) };
        ImmutableArray<bool> rotated = RotatedLayers(config, spec.Layers);
        spec = spec with
        {
            LayerAttention = [.. rotated.Select(rotates => new LayerAttention(null, rotates ? LayerRope.Global : LayerRope.None))],
        };
        return config.Bool("use_sliding_window", false)
            ? spec.WithWindow(config.IntOrNull("sliding_window"), DecoderFields.SlidingLayers(config, spec.Layers, i => !rotated[i]))
            : spec;
    }

    // Despite its name, 1 in "no_rope_layers" marks a layer that does rotate.
    private static ImmutableArray<bool> RotatedLayers(ConfigSection config, int layers)
    {
        ImmutableArray<int> marks = config.IntOrInts("no_rope_layers");
        if (marks.IsEmpty)
        {
            int interval = config.Int("no_rope_layer_interval", 1, int.MaxValue, 4);
            return [.. Enumerable.Range(0, layers).Select(i => (i + 1) % interval != 0)];
        }
        return marks.Length == layers
            ? [.. marks.Select(mark => mark != 0)]
            : throw config.Wrong("no_rope_layers", $"has {marks.Length} entries; num_hidden_layers is {layers}");
    }
}
