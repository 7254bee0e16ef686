using System.Text.Json.Nodes;

namespace TokenFactory.DemoModel.Tokenization;

/// <summary>The Hugging Face <c>tokenizer.json</c> of a <see cref="BpeVocabulary"/>.</summary>
internal static class TokenizerJson
{
    public static void Write(string path, BpeVocabulary vocabulary) =>
        File.WriteAllText(path, Build(vocabulary).ToJsonString(Export.JsonStyle.Indented) + "\n");

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    public static BpeVocabulary Read(string path)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty");
        string[] special = [.. root["added_tokens"]!.AsArray().Select(token => token!["content"]!.GetValue<string>())];
        (string, string)[] merges = [.. root["model"]!["merges"]!.AsArray().Select(merge => SplitMerge(merge!.GetValue<string>()))];
        return new BpeVocabulary(special, merges);
    }

    private static (string Left, string Right) SplitMerge(string merge)
    {
        int space = merge.IndexOf(' ', StringComparison.Ordinal);
        return (merge[..space], merge[(space + 1)..]);
    }

    private static JsonObject Build(BpeVocabulary vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. vocabulary.Special.Select((token, id) => (JsonNode)Special(token, id))]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = PreTokenizer.Pattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel()),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = Model(vocabulary),
    };

    private static JsonObject Special(string token, int id) => new()
    {
        ["id"] = id,
        ["content"] = token,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = false,
    };

    private static JsonObject Model(BpeVocabulary vocabulary)
    {
        var ids = new JsonObject();
        int id = 0;
        foreach (string token in vocabulary.Tokens)
            ids[token] = id++;
        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = ids,
            ["merges"] = new JsonArray([.. vocabulary.Merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
        };
    }
}
