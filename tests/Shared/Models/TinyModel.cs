using System.Text.Json.Nodes;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;
using TokenFactory.RandomModel;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>A folder with a random model of hidden size 64, in the shape of a family, with some fields set otherwise.</summary>
internal static class TinyModel
{
    public const int Vocabulary = 160;

    public static ModelFolder Write(TestFolder folder, string architecture, string fields, int seed = 1, TensorType type = TensorType.F32)
    {
        JsonObject config = new()
        {
            ["architectures"] = new JsonArray(architecture),
            ["model_type"] = architecture.StartsWith("Gemma", StringComparison.Ordinal) ? "gemma" : "other",
            ["hidden_size"] = 64,
            ["intermediate_size"] = 96,
            ["num_hidden_layers"] = 2,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["head_dim"] = 16,
            ["max_position_embeddings"] = 256,
            ["rms_norm_eps"] = 1e-5,
            ["vocab_size"] = Vocabulary,
        };
        foreach ((string name, JsonNode? value) in JsonNode.Parse("{" + fields + "}")!.AsObject())
        {
            config[name] = value?.DeepClone();
        }
        File.WriteAllText(folder.File("config.json"), config.ToJsonString());
        ModelSpec spec = ModelFolder.Open(folder.Path).Spec;
        RandomWeights.Write(folder.File("model.safetensors"), spec, type, seed);
        return ModelFolder.Open(folder.Path);
    }

    public static int[] RandomTokens(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }
}
