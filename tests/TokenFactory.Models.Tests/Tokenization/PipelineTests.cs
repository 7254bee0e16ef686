using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>
/// Fifty small tokenizers, one for each normalizer, pre-tokenizer, decoder and flag, against what Hugging Face's library made of the
/// same texts and ids (<c>Golden/pipelines.json</c> says with which version).
/// </summary>
public sealed class PipelineTests
{
    private static readonly JsonObject Golden = JsonNode.Parse(File.ReadAllText(Path.Combine(
        SharedData.RepositoryRoot, "tests", "TokenFactory.Models.Tests", "Tokenization", "Golden", "pipelines.json")))!.AsObject();

    public static TheoryData<string> Names =>
        [.. Golden["pipelines"]!.AsArray().Select(pipeline => (string)pipeline!["settings"]!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_EveryText_GivesTheReferenceIds(string name)
    {
        JsonNode pipeline = Find(name);
        ModelTokenizer tokenizer = Load(pipeline);

        foreach (JsonNode? expected in pipeline["cases"]!.AsArray())
        {
            string text = (string)expected!["text"]!;
            Assert.True(Ids(expected).SequenceEqual(tokenizer.Encode(text, addSpecialTokens: true)), Difference(tokenizer, text, expected));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_EncodedAndRandomIds_GiveTheReferenceText(string name)
    {
        JsonNode pipeline = Find(name);
        ModelTokenizer tokenizer = Load(pipeline);

        foreach (JsonNode? expected in pipeline["cases"]!.AsArray().Concat(pipeline["decodes"]!.AsArray()))
        {
            if (expected!["skipping"] is not { } skipping)
                continue;
            int[] ids = Ids(expected);
            Assert.Equal((string?)skipping, tokenizer.Decode(ids, skipSpecialTokens: true));
            Assert.Equal((string?)(expected["keeping"] ?? skipping), tokenizer.Decode(ids, skipSpecialTokens: false));
            Assert.Equal((string?)skipping, Streaming.Whole(tokenizer, ids));
        }
    }

    private static string Difference(ModelTokenizer tokenizer, string text, JsonNode expected)
    {
        string wanted = string.Join('|', Ids(expected).Select(tokenizer.GetPiece));
        string got = string.Join('|', tokenizer.Encode(text, addSpecialTokens: true).Select(tokenizer.GetPiece));
        return $"{JsonSerializer.Serialize(text)}: expected {wanted}, got {got}";
    }

    private static ModelTokenizer Load(JsonNode pipeline)
    {
        JsonNode settings = pipeline["settings"]!;
        JsonObject model = Golden["models"]![(string)settings["model"]!]!.DeepClone().AsObject();
        model["ignore_merges"] = settings["ignoreMerges"]!.DeepClone();
        model["fuse_unk"] = settings["fuseUnknown"]!.DeepClone();
        JsonObject tokenizer = new() { ["model"] = model };
        foreach (string field in new[] { "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder" })
            tokenizer[field] = settings[field]?.DeepClone();
        return TemporaryModel.Load(tokenizer.ToJsonString());
    }

    private static JsonNode Find(string name) =>
        Golden["pipelines"]!.AsArray().Single(pipeline => (string)pipeline!["settings"]!["name"]! == name)!;

    private static int[] Ids(JsonNode expected) => [.. expected["ids"]!.AsArray().Select(id => (int)id!)];
}
