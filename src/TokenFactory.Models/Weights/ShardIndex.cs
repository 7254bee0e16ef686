using System.Text.Json;

namespace TokenFactory.Models.Weights;

/// <summary><c>model.safetensors.index.json</c>: which file of the folder holds which tensor.</summary>
internal static class ShardIndex
{
    public const string FileName = "model.safetensors.index.json";

    private const long MaxFileBytes = 64 << 20;

    /// <summary>Tensor name → file name within the folder.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        if (new FileInfo(path).Length > MaxFileBytes)
        {
            throw new ModelFormatException(path, null, $"the index is larger than {MaxFileBytes} bytes; this is not one");
        }
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            {
                throw new ModelFormatException(path, "weight_map", "is missing or not an object; download the index again");
            }
            Dictionary<string, string> shards = [];
            foreach (JsonProperty tensor in map.EnumerateObject())
            {
                if (!shards.TryAdd(tensor.Name, ShardName(path, tensor)))
                {
                    throw new ModelFormatException(path, tensor.Name, "the name occurs twice in weight_map; download the index again");
                }
            }
            return shards;
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(path, null, $"not valid JSON ({e.Message}); download the index again", e);
        }
    }

    // A shard lies in the folder itself: a path could lead anywhere on the machine.
    private static string ShardName(string path, JsonProperty tensor)
    {
        string? name = tensor.Value.ValueKind == JsonValueKind.String ? tensor.Value.GetString() : null;
        bool plain = !string.IsNullOrEmpty(name) && !name.AsSpan().ContainsAny("/\\:\0") && name is not ("." or "..");
        return plain
            ? name!
            : throw new ModelFormatException(path, tensor.Name, "its shard is not a plain file name in the model's folder");
    }
}
