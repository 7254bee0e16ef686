using System.Collections.Immutable;
using TokenFactory.Models.Configuration.Architectures;

namespace TokenFactory.Models.Configuration;

/// <summary>
/// Reads <c>config.json</c> and <c>generation_config.json</c> into a <see cref="ModelSpec"/>. Whatever cannot be computed rightly is
/// refused with a <see cref="ModelFormatException"/> that names the field.
/// </summary>
public static class ModelSpecReader
{
    private const string Supported =
        "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, SmolLM3ForCausalLM, Phi3ForCausalLM, "
        + "Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3ForConditionalGeneration (its text part), "
        + "Qwen3MoeForCausalLM, MixtralForCausalLM, GptOssForCausalLM";

    private static readonly ImmutableArray<string> Mixtures = ["Qwen3MoeForCausalLM", "qwen3_moe", "MixtralForCausalLM", "mixtral", "GptOssForCausalLM", "gpt_oss"];

    private static readonly ImmutableArray<string> ExpertFields = ["num_local_experts", "num_experts", "n_routed_experts"];

    /// <param name="configFile">Path of <c>config.json</c>.</param>
    /// <param name="generationFile">Path of <c>generation_config.json</c>; it need not exist.</param>
    public static ModelSpec Read(string configFile, string generationFile) =>
        Read(ConfigSection.Load(configFile), File.Exists(generationFile) ? ConfigSection.Load(generationFile) : null);

    internal static ModelSpec Read(ConfigSection config, ConfigSection? generation)
    {
        string name = ArchitectureName(config);
        ConfigSection text = config.Section("text_config") ?? config;
        // gpt-oss has experts in a format of its own.
        StoredFp8? storage = name is "GptOssForCausalLM" or "gpt_oss" ? null : StoredFp8Reader.Read(config) ?? StoredFp8Reader.Read(text);
        if (!Mixtures.Contains(name))
        {
            RefuseExperts(config);
            RefuseExperts(text);
        }
        ModelSpec spec = name switch
        {
            "LlamaForCausalLM" or "llama" => LlamaFamily.Llama(text),
            "MistralForCausalLM" or "mistral" => LlamaFamily.Mistral(text),
            "Qwen2ForCausalLM" or "qwen2" => QwenFamily.Qwen2(text),
            "Qwen3ForCausalLM" or "qwen3" => QwenFamily.Qwen3(text),
            "SmolLM3ForCausalLM" or "smollm3" => LlamaFamily.SmolLm3(text),
            "Phi3ForCausalLM" or "phi3" => PhiFamily.Phi3(text),
            "Gemma2ForCausalLM" or "gemma2" => GemmaFamily.Gemma2(text),
            "Gemma3ForCausalLM" or "Gemma3ForConditionalGeneration" or "gemma3_text" or "gemma3" => GemmaFamily.Gemma3(text, config),
            "Qwen3MoeForCausalLM" or "qwen3_moe" => QwenFamily.Qwen3Moe(text),
            "MixtralForCausalLM" or "mixtral" => MixtralFamily.Mixtral(text),
            "GptOssForCausalLM" or "gpt_oss" => GptOssFamily.GptOss(text),
            _ => throw config.Wrong("architectures", $"\"{name}\" is not supported; supported are {Supported}"),
        };
        return GenerationReader.AddTokens(spec with { StoredFp8 = storage }, config, text, generation);
    }

    private static string ArchitectureName(ConfigSection config)
    {
        ImmutableArray<string> names = config.Strings("architectures");
        return names.IsEmpty
            ? config.StringOrNull("model_type") ?? throw config.Wrong("architectures", $"is missing; supported are {Supported}")
            : names[0];
    }

    private static void RefuseExperts(ConfigSection config)
    {
        foreach (string field in ExpertFields)
        {
            if (config.IntOrNull(field, 0) is > 1 and int experts)
            {
                throw config.Wrong(field, $"a mixture of {experts} experts is not supported in this architecture; take a dense model");
            }
        }
    }
}
