namespace TokenFactory.Models.Configuration.Architectures;

/// <summary>gpt-oss: experts with biases and a gate of its own, a sink in every head's softmax, windows on every other layer, YaRN.</summary>
internal static class GptOssFamily
{
    private const int Mxfp4Block = 32;

    public static ModelSpec GptOss(ConfigSection config)
    {
        const string Experts = "num_local_experts";
        ModelSpec spec = DecoderFields.Read(config, ModelArchitecture.GptOss, new DecoderFields.Defaults
        {
            Theta = 150_000,
            NormEpsilon = 1e-5,
            KeyValueHeads = 8,
            HeadSize = 64,
            MaxPositions = 131_072,
        });
        bool bias = config.Bool("attention_bias", true);
        spec = spec.WithWindow(config.Int("sliding_window", 1, int.MaxValue, 128), DecoderFields.SlidingLayers(config, spec.Layers, i => i % 2 == 0)) with
        {
            QueryKeyValueBias = bias,
            OutputBias = bias,
            AttentionSinks = true,
        };
        return ExpertFields.WithExperts(spec, new ExpertsSpec
        {
            Count = ExpertFields.Count(config, Experts, 128),
            PerToken = ExpertFields.PerToken(config, Experts, 128, 4),
            Width = spec.FeedForwardSize,
            NormalisesWeights = true,
            RouterBias = true,
            Biases = true,
            GateLimit = (float)config.Positive("swiglu_limit", 7),
            Storage = StorageOf(config, spec),
        });
    }

    private static ExpertStorage StorageOf(ConfigSection config, ModelSpec spec)
    {
        if (config.Section("quantization_config") is not { } quantization)
        {
            return ExpertStorage.Fused;
        }
        string? method = quantization.StringOrNull("quant_method");
        if (method != "mxfp4")
        {
            throw quantization.Wrong("quant_method", $"is \"{method}\"; of quantised experts only mxfp4 is supported");
        }
        foreach ((string field, int width) in new[] { ("hidden_size", spec.HiddenSize), ("intermediate_size", spec.FeedForwardSize) })
        {
            if (width % Mxfp4Block != 0)
            {
                throw config.Wrong(field, $"is {width}; mxfp4 keeps {Mxfp4Block} numbers together, so it must be a multiple of that");
            }
        }
        return ExpertStorage.FusedMxfp4;
    }
}
