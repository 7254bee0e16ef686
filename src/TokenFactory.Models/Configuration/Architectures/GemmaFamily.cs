using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Gemma-2 and Gemma-3 (text): norms around both halves of a layer, scaled embeddings, windows on most layers.</summary>
internal static class GemmaFamily
{
    public static ModelSpec Gemma2(ConfigSection config)
    {
        ModelSpec spec = Common(config, ModelArchitecture.Gemma2, new DecoderFields.Defaults { Tied = true, HeadSize = 256, MaxPositions = 8192 });
        return spec.WithWindow(
            config.Int("sliding_window", 1, int.MaxValue, 4096), DecoderFields.SlidingLayers(config, spec.Layers, i => i % 2 == 0)) with
        {
            AttentionSoftCap = config.Has("attn_logit_softcapping") ? config.PositiveOrNull("attn_logit_softcapping") : null,
            LogitSoftCap = config.Has("final_logit_softcapping") ? config.PositiveOrNull("final_logit_softcapping") : null,
        };
    }

    /// <param name="config">The text part.</param>
    /// <param name="outer">The whole file: a multimodal model ties its embeddings there.</param>
    public static ModelSpec Gemma3(ConfigSection config, ConfigSection outer)
    {
        if (config.Bool("use_bidirectional_attention", false))
        {
            throw config.Wrong("use_bidirectional_attention", "is true; an encoder does not generate text");
        }
        ModelSpec spec = Common(config, ModelArchitecture.Gemma3, new DecoderFields.Defaults
        {
            Tied = outer.Bool("tie_word_embeddings", true),
            Theta = 1_000_000,
            Heads = 8,
            KeyValueHeads = 4,
            HeadSize = 256,
            Vocabulary = 262_208,
            MaxPositions = 131_072,
        });
        int pattern = config.Int("sliding_window_pattern", 1, int.MaxValue, 6);
        ImmutableArray<bool> sliding = DecoderFields.SlidingLayers(config, spec.Layers, i => (i + 1) % pattern != 0);
        spec = spec.WithWindow(config.Int("sliding_window", 1, int.MaxValue, 4096), sliding);
        return WithLocalRope(config, spec, sliding) with
        {
            QueryKeyNorm = true,
            AttentionSoftCap = config.PositiveOrNull("attn_logit_softcapping"),
            LogitSoftCap = config.PositiveOrNull("final_logit_softcapping"),
        };
    }

    private static ModelSpec Common(ConfigSection config, ModelArchitecture architecture, DecoderFields.Defaults defaults)
    {
        ModelSpec spec = DecoderFields.Read(config, architecture, defaults);
        bool bias = config.Bool("attention_bias", false);
        return spec with
        {
            Activation = config.Has("hidden_act") || config.Has("hidden_activation") ? spec.Activation : Activation.GeluTanh,
            NormWeightOffset = 1,
            PostNorms = true,
            QueryKeyValueBias = bias,
            OutputBias = bias,
            AttentionScale = (float)(1 / Math.Sqrt(config.Positive("query_pre_attn_scalar", 256))),
            EmbeddingScale = MathF.Sqrt(spec.HiddenSize),
        };
    }

    // Sliding layers rotate by a base of their own and are never stretched.
    private static ModelSpec WithLocalRope(ConfigSection config, ModelSpec spec, ImmutableArray<bool> sliding)
    {
        RopeSpec local = new(config.Positive("rope_local_base_freq", 10_000), spec.Rope.RotaryDimensions);
        RopeSpec global = spec.Rope;
        if (config.Section("rope_parameters") is { } parameters && parameters.Section("full_attention") is { } full)
        {
            global = RopeReader.Read(config, full, spec.HeadSize, spec.MaxPositions, 1_000_000);
            local = RopeReader.Read(config, parameters.Section("sliding_attention"), spec.HeadSize, spec.MaxPositions, 10_000);
        }
        return spec with
        {
            Rope = global,
            LocalRope = local,
            LayerAttention = [.. spec.LayerAttention.Select((l, i) => l with { Rope = sliding[i] ? LayerRope.Local : LayerRope.Global })],
        };
    }
}
