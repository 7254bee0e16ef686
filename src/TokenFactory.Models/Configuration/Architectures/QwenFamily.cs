namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>Qwen2 and 2.5 (biases on q, k and v) and Qwen3 (norms on q and k).</summary>
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
