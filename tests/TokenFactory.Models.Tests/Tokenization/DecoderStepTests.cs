using TokenFactory.Models.Tokenization;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>What the reference pipelines do not reach: stripping at the end, where the reference itself fails on short texts.</summary>
public sealed class DecoderStepTests
{
    private const string Model = """ "model": {"vocab": {"a": 0, " ": 1, "  ": 2, " a ": 3, "a  ": 4}, "merges": []} """;

    [Theory]
    [InlineData(new[] { 0, 1 }, "a")]
    [InlineData(new[] { 0, 2 }, "a")]
    [InlineData(new[] { 0, 1, 2 }, "a ")]
    [InlineData(new[] { 4, 1, 0, 2 }, "a   a")]
    [InlineData(new[] { 1, 0 }, "a")]
    [InlineData(new[] { 2, 1, 0 }, "  a")]
    [InlineData(new[] { 2, 2, 2 }, "   ")]
    [InlineData(new[] { 1 }, "")]
    [InlineData(new int[0], "")]
    public void Strip_AfterFuse_TakesFromTheEndsOfTheWholeText(int[] ids, string expected)
    {
        ModelTokenizer tokenizer = Load(
            """{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 2}]}""");

        Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(expected, Streaming.Whole(tokenizer, ids));
    }

    [Theory]
    [InlineData(new[] { 3, 3 }, "aa")]
    [InlineData(new[] { 4, 2 }, "a ")]
    [InlineData(new[] { 2, 2, 0 }, "a")]
    public void Strip_BeforeFuse_TakesFromTheEndsOfEachToken(int[] ids, string expected)
    {
        ModelTokenizer tokenizer = Load("""{"type": "Strip", "content": " ", "start": 1, "stop": 1}""");

        Assert.Equal(expected, tokenizer.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public void Replace_AfterFuse_ReplacesInTheBytesOfARunToo()
    {
        ModelTokenizer tokenizer = TemporaryModel.Load("""
            {"model": {"vocab": {"<0xE2>": 0, "<0x96>": 1, "<0x81>": 2, "▁a": 3}, "merges": []},
             "decoder": {"type": "Sequence", "decoders": [
               {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}]}}
            """);

        Assert.Equal(" a  a", tokenizer.Decode([3, 0, 1, 2, 3], skipSpecialTokens: true));
    }

    private static ModelTokenizer Load(string decoder) => TemporaryModel.Load($"{{{Model}, \"decoder\": {decoder}}}");
}
