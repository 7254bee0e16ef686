using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Qwen2 and 2.5 (biases on q, k and v) and Qwen3 (norms on q and k), the latter also with experts.</summary>
internal static class QwenFamily
{
    public static ModelSpec Qwen2(ConfigSection config)
    {
        ModelSpec spec = DecoderFields.Read(config, ModelArchitecture.Qwen2, new DecoderFields.Defaults { MaxPositions = 32768 });
        return WithUpperWindow(config, spec) with { QueryKeyValueBias = true };
    }

    public static ModelSpec Qwen3(ConfigSection config)
    {
        bool bias = config.Bool("attention_bias", false);
        ModelSpec spec = DecoderFields.Read(
            config, ModelArchitecture.Qwen3, new DecoderFields.Defaults { MaxPositions = 32768, HeadSize = 128 });
        return WithUpperWindow(config, spec) with { QueryKeyNorm = true, QueryKeyValueBias = bias, OutputBias = bias };
    }

    /// <summary>Experts in every layer, but for those that the file names or a step of layers leaves out.</summary>
    public static ModelSpec Qwen3Moe(ConfigSection config)
    {
        ModelSpec spec = Qwen3(config) with { Architecture = ModelArchitecture.Qwen3Moe };
        return ExpertFields.WithExperts(spec, new ExpertsSpec
        {
            Count = ExpertFields.Count(config, "num_experts", 128),
            PerToken = ExpertFields.PerToken(config, "num_experts", 128, 8),
            Width = ExpertFields.Width(config, "moe_intermediate_size", 768),
            NormalisesWeights = config.Bool("norm_topk_prob", false),
            DenseLayers = DenseLayers(config, spec.Layers),
        });
    }

    private static ImmutableArray<int> DenseLayers(ConfigSection config, int layers)
    {
        int step = config.Int("decoder_sparse_step", 1, int.MaxValue, 1);
        ImmutableArray<int> named = config.IntOrInts("mlp_only_layers");
        foreach (int layer in named)
        {
            if (layer < 0 || layer >= layers)
            {
                throw config.Wrong("mlp_only_layers", $"names layer {layer}; num_hidden_layers is {layers}");
            }
        }
        return [.. Enumerable.Range(0, layers).Where(layer => named.Contains(layer) || (layer + 1) % step != 0)];
    }

    // The window counts only where it is switched on, and then from layer max_window_layers upward.
    private static ModelSpec WithUpperWindow(ConfigSection config, ModelSpec spec)
    {
        if (!config.Bool("use_sliding_window", false))
        {
            return spec;
        }
        int first = config.Int("max_window_layers", 0, int.MaxValue, 28);
        return spec.WithWindow(
            config.Int("sliding_window", 1, int.MaxValue, 4096), DecoderFields.SlidingLayers(config, spec.Layers, i => i >= first));
    }
}
