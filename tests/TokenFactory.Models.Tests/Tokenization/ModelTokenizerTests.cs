using System.Text;
using TokenFactory.Models.Tokenization;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

public sealed class ModelTokenizerTests
{
    [Fact]
    public void Load_RealFolders_KnowTheirSpecialTokens()
    {
        ModelTokenizer qwen = KnownTokenizers.Qwen3, phi = KnownTokenizers.Phi3, stories = KnownTokenizers.TinyStories;

        Assert.Equal((151669, (int?)null, 151645), (qwen.VocabularySize, qwen.BosId, Assert.Single(qwen.EosIds)));
        Assert.Equal((1, 32000), (phi.BosId, Assert.Single(phi.EosIds)));
        Assert.Equal((2048, 1, 2), (stories.VocabularySize, stories.BosId, Assert.Single(stories.EosIds)));
        Assert.Equal((0, 0), (stories.UnknownId, stories.PaddingId));
    }

    [Fact]
    public void TryGetId_OfEveryPiece_FindsTheId()
    {
        ModelTokenizer[] tokenizers = [KnownTokenizers.Qwen3, KnownTokenizers.Phi3, KnownTokenizers.Gpt2, KnownTokenizers.TinyStories];
        foreach (ModelTokenizer tokenizer in tokenizers)
        {
            for (int id = 0; id < tokenizer.VocabularySize; id++)
            {
                string piece = tokenizer.GetPiece(id);
                Assert.True(piece.Length == 0 || (tokenizer.TryGetId(piece, out int found) && found == id), $"{id} {piece}");
            }
            Assert.False(tokenizer.TryGetId("no such piece as this", out _));
        }
    }

    [Fact]
    public void GetTokenBytes_EveryKindOfToken_GivesWhatItStandsFor()
    {
        ModelTokenizer qwen = KnownTokenizers.Qwen3, phi = KnownTokenizers.Phi3;

        Assert.Equal(" Hello"u8, Bytes(qwen, "ĠHello"));
        Assert.Equal([0xF0], Bytes(qwen, "ð"));
        Assert.Equal("<|im_end|>"u8, Bytes(qwen, "<|im_end|>"));
        Assert.Equal(" Hello"u8, Bytes(phi, "▁Hello"));
        Assert.Equal([0xF0], Bytes(phi, "<0xF0>"));
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("phi3")]
    [InlineData("gpt2")]
    public void GetTokenBytes_OfAText_JoinToItsUtf8(string name)
    {
        ModelTokenizer tokenizer = KnownTokenizers.ByName(name);
        const string Text = "The 🦙 said: «ñandú»\n";
        List<byte> joined = [];

        foreach (int id in tokenizer.Encode(Text, addSpecialTokens: false))
            joined.AddRange(tokenizer.GetTokenBytes(id));

        Assert.Equal(Text, Encoding.UTF8.GetString([.. joined]).TrimStart(' '));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2048)]
    [InlineData(int.MaxValue)]
    public void GetPiece_IdOutsideTheVocabulary_Throws(int id)
    {
        ModelTokenizer tokenizer = KnownTokenizers.TinyStories;

        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetPiece(id));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = tokenizer.GetTokenBytes(id); });
        Assert.False(tokenizer.IsSpecial(id));
    }

    [Fact]
    public void GetPiece_IdInAGap_IsEmpty()
    {
        ModelTokenizer tokenizer = TemporaryModel.Load("""{"model": {"vocab": {"a": 0, "b": 7}, "merges": []}}""");

        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Equal("", tokenizer.GetPiece(3));
        Assert.True(tokenizer.GetTokenBytes(3).IsEmpty);
        Assert.Equal("a b", tokenizer.Decode([0, 3, 7], skipSpecialTokens: true));
    }

    private static byte[] Bytes(ModelTokenizer tokenizer, string piece)
    {
        Assert.True(tokenizer.TryGetId(piece, out int id));
        return tokenizer.GetTokenBytes(id).ToArray();
    }
}
