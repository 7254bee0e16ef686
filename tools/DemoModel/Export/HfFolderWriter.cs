using System.Text.Json.Nodes;
using TokenFactory.DemoModel.Corpus;
using TokenFactory.DemoModel.Tokenization;
using TokenFactory.DemoModel.Training;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Export;

/// <summary>Writes a model folder in Hugging Face's layout. The card, README.md, is kept by hand and is not touched.</summary>
internal sealed class HfFolderWriter
{
    /// <summary>ChatML. No system message is added where a conversation has none.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private readonly BpeTokenizer _tokenizer;

    public HfFolderWriter(BpeTokenizer tokenizer) => _tokenizer = tokenizer;

    public void Write(string folder, LlamaModule module)
    {
        Directory.CreateDirectory(folder);
        TokenizerJson.Write(Path.Combine(folder, "tokenizer.json"), _tokenizer.Vocabulary);
        WriteJson(folder, "config.json", Config(module.Shape));
        WriteJson(folder, "tokenizer_config.json", TokenizerConfig(module.Shape));
        WriteJson(folder, "generation_config.json", GenerationConfig());
        (string, Tensor)[] tensors = [.. module.named_parameters().Select(pair => ("model." + pair.name, (Tensor)pair.parameter))];
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, half: true);
    }

    private static void WriteJson(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(JsonStyle.Indented) + "\n");

    private JsonObject Config(ModelShape shape) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = shape.Vocabulary,
        ["hidden_size"] = shape.Hidden,
        ["intermediate_size"] = shape.Intermediate,
        ["num_hidden_layers"] = shape.Layers,
        ["num_attention_heads"] = shape.Heads,
        ["num_key_value_heads"] = shape.KeyValueHeads,
        ["head_dim"] = shape.HeadSize,
        ["max_position_embeddings"] = shape.Positions,
        ["rope_theta"] = ModelShape.RopeTheta,
        ["rope_scaling"] = null,
        ["rms_norm_eps"] = ModelShape.NormEpsilon,
        ["hidden_act"] = "silu",
        ["attention_bias"] = false,
        ["attention_dropout"] = 0.0,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = true,
        ["initializer_range"] = 0.02,
        ["use_cache"] = true,
        ["torch_dtype"] = "bfloat16",
        ["bos_token_id"] = _tokenizer.Id(Document.EndOfText),
        ["eos_token_id"] = _tokenizer.Id(Document.TurnEnd),
        ["pad_token_id"] = _tokenizer.Id(Document.EndOfText),
    };

    private static JsonObject TokenizerConfig(ModelShape shape) => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["add_bos_token"] = false,
        ["add_eos_token"] = false,
        ["add_prefix_space"] = false,
        ["bos_token"] = Document.EndOfText,
        ["eos_token"] = Document.TurnEnd,
        ["pad_token"] = Document.EndOfText,
        ["unk_token"] = null,
        ["model_max_length"] = shape.Positions,
        ["clean_up_tokenization_spaces"] = false,
        ["chat_template"] = ChatTemplate,
    };

    private JsonObject GenerationConfig() => new()
    {
        ["bos_token_id"] = _tokenizer.Id(Document.EndOfText),
        ["eos_token_id"] = new JsonArray(_tokenizer.Id(Document.TurnEnd), _tokenizer.Id(Document.EndOfText)),
        ["pad_token_id"] = _tokenizer.Id(Document.EndOfText),
        ["do_sample"] = true,
        ["temperature"] = 0.5,
        ["top_p"] = 0.9,
        ["max_new_tokens"] = 256,
    };
}
