using System.Text.Json;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>The 46 texts of the data folder with the ids that llama.cpp's vocabularies give them, and TinyStories' own outputs.</summary>
public sealed class VectorTests
{
    [Theory]
    [InlineData("qwen3", "qwen2.json")]
    [InlineData("phi3", "phi-3.json")]
    [InlineData("gpt2", "gpt-2.json")]
    public void Encode_EveryVector_GivesItsIds(string tokenizerName, string vectorFile)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(tokenizerName);
        (string Text, int[] Ids)[] vectors = ReadVectors(vectorFile);

        Assert.Equal(46, vectors.Length);
        Assert.All(vectors, vector => Assert.Equal(vector.Ids, tokenizer.Encode(vector.Text, addSpecialTokens: false)));
        Assert.All(vectors, vector => Assert.Equal(vector.Ids.Length, tokenizer.CountTokens(vector.Text, addSpecialTokens: false)));
    }

    [Theory]
    [InlineData("qwen3", "qwen2.json")]
    [InlineData("phi3", "phi-3.json")]
    [InlineData("gpt2", "gpt-2.json")]
    public void Decode_EveryVector_GivesItsText(string tokenizerName, string vectorFile)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(tokenizerName);

        Assert.All(ReadVectors(vectorFile), vector => Assert.Equal(vector.Text, tokenizer.Decode(vector.Ids, skipSpecialTokens: true)));
    }

    [Fact]
    public void EncodeAndDecode_GoldenStories_GiveTheirIdsAndText()
    {
        ModelTokenizer tokenizer = KnownTokenizers.TinyStories;
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(SharedData.Require("models/TinyStories-656K/golden-greedy.json")));
        JsonElement cases = golden.RootElement.GetProperty("cases");

        Assert.NotEqual(0, cases.GetArrayLength());
        foreach (JsonElement story in cases.EnumerateArray())
        {
            int[] prompt = ReadIds(story.GetProperty("prompt_ids"));
            int[] output = ReadIds(story.GetProperty("output_ids"));
            Assert.Equal(prompt, tokenizer.Encode(story.GetProperty("prompt").GetString()!, addSpecialTokens: true));
            string whole = tokenizer.Decode([.. prompt, .. output], skipSpecialTokens: true);
            Assert.Equal(story.GetProperty("prompt").GetString() + story.GetProperty("output_text").GetString(), whole);
            Assert.Equal(story.GetProperty("output_text").GetString(), Streaming.Continue(tokenizer, prompt, output));
        }
    }

    private static (string Text, int[] Ids)[] ReadVectors(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Require($"tokenizers/vectors/{file}")));
        return [.. document.RootElement.EnumerateArray().Select(
            vector => (vector.GetProperty("text").GetString()!, ReadIds(vector.GetProperty("ids"))))];
    }

    private static int[] ReadIds(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
}
