using System.Text.Json.Nodes;

namespace TokenFactory.RandomModel;

/// <summary>config.json of known shapes. The vocabulary, ties and context can be overridden on the command line.</summary>
internal static class Shapes
{
    public static IReadOnlyDictionary<string, JsonObject> All { get; } = new Dictionary<string, JsonObject>
    {
        ["tiny"] = Config("LlamaForCausalLM", "llama", 64, 192, 2, 4, 2, 16, 512, 1024, 10_000, true),
        ["llama-0.5b"] = Config("LlamaForCausalLM", "llama", 1024, 4096, 28, 16, 8, 64, 8192, 32_000, 500_000, true),
        ["llama-3.2-1b"] = Config("LlamaForCausalLM", "llama", 2048, 8192, 16, 32, 8, 64, 131_072, 128_256, 500_000, true),
        ["llama-3.1-8b"] = Config("LlamaForCausalLM", "llama", 4096, 14_336, 32, 32, 8, 128, 131_072, 128_256, 500_000, false),
        ["qwen2.5-0.5b"] = Config("Qwen2ForCausalLM", "qwen2", 896, 4864, 24, 14, 2, 64, 32_768, 151_936, 1_000_000, true),
        ["qwen3-0.6b"] = Config("Qwen3ForCausalLM", "qwen3", 1024, 3072, 28, 16, 8, 128, 40_960, 151_936, 1_000_000, true),
        ["qwen3-4b"] = Config("Qwen3ForCausalLM", "qwen3", 2560, 9728, 36, 32, 8, 128, 40_960, 151_936, 1_000_000, true),
        ["qwen3-30b-a3b"] = Qwen3Moe(),
        ["gemma-3-1b"] = Gemma3(),
    };

    private static JsonObject Config(
        string architecture, string type, int hidden, int feedForward, int layers, int heads, int keyValueHeads, int headSize, int positions,
        int vocabulary, double theta, bool tied) => new()
        {
            ["architectures"] = new JsonArray(architecture),
            ["model_type"] = type,
            ["hidden_size"] = hidden,
            ["intermediate_size"] = feedForward,
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = keyValueHeads,
            ["head_dim"] = headSize,
            ["hidden_act"] = "silu",
            ["max_position_embeddings"] = positions,
            ["rms_norm_eps"] = 1e-6,
            ["rope_theta"] = theta,
            ["tie_word_embeddings"] = tied,
            ["vocab_size"] = vocabulary,
        };

    private static JsonObject Qwen3Moe()
    {
        JsonObject config = Config("Qwen3MoeForCausalLM", "qwen3_moe", 2048, 6144, 48, 32, 4, 128, 40_960, 151_936, 1_000_000, false);
        config["moe_intermediate_size"] = 768;
        config["num_experts"] = 128;
        config["num_experts_per_tok"] = 8;
        config["norm_topk_prob"] = true;
        return config;
    }

    private static JsonObject Gemma3()
    {
        JsonObject config = Config("Gemma3ForCausalLM", "gemma3_text", 1152, 6912, 26, 4, 1, 256, 32_768, 262_144, 1_000_000, true);
        config.Remove("hidden_act");
        config["hidden_activation"] = "gelu_pytorch_tanh";
        config["query_pre_attn_scalar"] = 256;
        config["sliding_window"] = 512;
        config["sliding_window_pattern"] = 6;
        return config;
    }
}
