using System.Text;
using TokenFactory.Models.Tokenization;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

/// <summary>Every malformed file gives one typed error that names file, field and problem.</summary>
public sealed class BadTokenizerFileTests
{
    private const string Model = """ "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]} """;

    [Theory]
    [InlineData("""{}""", "model", "needs a vocabulary")]
    [InlineData("""{"model": {"type": "BPE", "merges": []}}""", "model.vocab", "an object is needed")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}, "merges": []}}""", "model.vocab", "no pieces")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}}}""", "model.merges", "an array is needed")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}""", "model.vocab", "the id 0 to both 'a' and 'b'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}""", "model.vocab", "'a' twice")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "model.vocab", "whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1000000000}, "merges": []}}""", "model.vocab", "whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 1e99}, "merges": []}}""", "model.vocab", "whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": "0"}, "merges": []}}""", "model.vocab", "whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a\ud800": 0}, "merges": []}}""", "model.vocab", "surrogate")]
    [InlineData(
        """{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""",
        "model.merges[0]", "'ab' is not in model.vocab")]
    [InlineData(
        """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "x"]]}}""",
        "model.merges[0]", "'x' is not in model.vocab")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "model.merges[0]", "two pieces")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a "]}}""", "model.merges[0]", "two pieces")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b", "c"]]}}""", "model.merges[0]", "two pieces")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [7]}}""", "model.merges[0]", "string")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": []}}""", "model.type", "'Unigram' is not supported")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "</w>"}}""", "model.end_of_word_suffix", "</w>")]
    [InlineData(
        """{"model": {"vocab": {"a": 0}, "merges": [], "continuing_subword_prefix": "##"}}""",
        "model.continuing_subword_prefix", "##")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [], "unk_token": "?"}}""", "model.unk_token", "not in the vocabulary")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [], "byte_fallback": "yes"}}""", "model.byte_fallback", "true or false")]
    public void Load_BadModel_NamesTheField(string json, string field, string problem) => AssertRefused(json, field, problem);

    [Theory]
    [InlineData(""" "normalizer": {"type": "Precompiled"} """, "normalizer.type", "'Precompiled'")]
    [InlineData(
        """ "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]} """,
        "normalizer.normalizers[1].type", "'Nmt'")]
    [InlineData(""" "normalizer": {"type": "Replace", "pattern": {"String": ""}, "content": "x"} """, "normalizer.pattern.String", "empty")]
    [InlineData(
        """ "normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": "x"} """,
        "normalizer.pattern.Regex", "regular expression")]
    [InlineData(""" "pre_tokenizer": {"type": "UnicodeScripts"} """, "pre_tokenizer.type", "'UnicodeScripts'")]
    [InlineData(
        """ "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\p{Klingon}"}, "behavior": "Isolated"} """,
        "pre_tokenizer.pattern.Regex", "\\p{Klingon}")]
    [InlineData(
        """ "pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Sideways"} """,
        "pre_tokenizer.behavior", "'Sideways'")]
    [InlineData(""" "pre_tokenizer": {"type": "Metaspace", "replacement": "ab"} """, "pre_tokenizer.replacement", "one character")]
    [InlineData(""" "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "often"} """, "pre_tokenizer.prepend_scheme", "'often'")]
    [InlineData(""" "pre_tokenizer": 5 """, "pre_tokenizer.type", "is missing")]
    [InlineData(""" "decoder": {"type": "WordPiece"} """, "decoder.type", "'WordPiece'")]
    [InlineData(
        """ "decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteFallback"}]} """,
        "decoder.decoders[1]", "cannot follow")]
    [InlineData(
        """ "decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteLevel"}]} """,
        "decoder.decoders[1]", "cannot follow")]
    [InlineData(""" "decoder": {"type": "Replace", "pattern": {"Regex": "a"}, "content": ""} """, "decoder.pattern", "regular expression")]
    [InlineData(""" "decoder": {"type": "Strip", "content": "", "start": 1, "stop": 0} """, "decoder.content", "one character")]
    [InlineData(""" "decoder": {"type": "Strip", "content": " ", "start": 999999999, "stop": 0} """, "decoder.start", "whole number")]
    [InlineData(""" "post_processor": {"type": "RobertaProcessing"} """, "post_processor.type", "'RobertaProcessing'")]
    [InlineData(""" "post_processor": {"type": "TemplateProcessing", "single": []} """, "post_processor.single", "no sequence A")]
    [InlineData(
        """ "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]} """,
        "post_processor.single[0].SpecialToken.id", "not in special_tokens")]
    [InlineData(""" "added_tokens": [{"id": 0, "content": "x"}] """, "added_tokens", "model.vocab gives to 'a'")]
    [InlineData(""" "added_tokens": [{"id": 9, "content": "a"}] """, "added_tokens", "model.vocab gives it 0")]
    [InlineData(""" "added_tokens": [{"id": 8, "content": "x"}, {"id": 8, "content": "y"}] """, "added_tokens[1].id", "that of 'x' too")]
    [InlineData(""" "added_tokens": [{"id": 8, "content": "x"}, {"id": 9, "content": "x"}] """, "added_tokens", "'x' twice")]
    [InlineData(""" "added_tokens": [{"id": 1000000000, "content": "x"}] """, "added_tokens[0].id", "whole number")]
    [InlineData(""" "added_tokens": [{"content": "x"}] """, "added_tokens[0].id", "whole number")]
    [InlineData(""" "added_tokens": {} """, "added_tokens", "array")]
    public void Load_BadPart_NamesTheField(string part, string field, string problem) =>
        AssertRefused($"{{{Model},{part}}}", field, problem);

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    public void Load_NoJsonObject_NamesTheFile(string json, string problem) => AssertRefused(json, "", problem);

    [Fact]
    public void Load_DeepNesting_IsRefused() =>
        AssertRefused(string.Concat(Enumerable.Repeat("{\"normalizer\":", 100_000)), "", "not valid JSON");

    [Fact]
    public void Load_InvalidUtf8_IsRefused()
    {
        using TemporaryModel model = new("");
        File.WriteAllBytes(model.TokenizerFile, [.. "{\"model\": {\"vocab\": {\""u8, 0xFF, .. "\": 0}, \"merges\": []}}"u8]);

        Assert.Throws<TokenizerFormatException>(() => ModelTokenizer.Load(model.Folder));
    }

    [Fact]
    public void Load_NoFolder_NamesTheFile()
    {
        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(() => ModelTokenizer.Load("/no/such/folder"));

        Assert.Equal("/no/such/folder/tokenizer.json", exception.File);
    }

    [Theory]
    [InlineData("""{"bos_token": "<nowhere>"}""", "bos_token")]
    [InlineData("""{"eos_token": {"content": "<nowhere>"}}""", "eos_token")]
    [InlineData("""{"eos_token": 7}""", "eos_token")]
    [InlineData("""{"eos_token": {}}""", "eos_token.content")]
    [InlineData("""[]""", "")]
    public void Load_BadConfiguration_NamesTheField(string configuration, string field)
    {
        using TemporaryModel model = new($"{{{Model}}}", configuration);

        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(() => ModelTokenizer.Load(model.Folder));

        Assert.Equal((Path.Combine(model.Folder, "tokenizer_config.json"), field), (exception.File, exception.Field));
    }

    [Theory]
    [InlineData("", "no pieces")]
    [InlineData("IQ==", "line 1")]
    [InlineData("IQ== 0\n!! 1", "line 2")]
    [InlineData("IQ== -1", "line 1")]
    [InlineData("IQ== 1000000000", "line 1")]
    [InlineData("IQ== 0\nIg== 0", "line 2")]
    [InlineData("IQ== 0\nIQ== 1", "line 2")]
    [InlineData("IQ== 7", "cannot have the id 7")]
    public void LoadTiktoken_BadFile_NamesTheLine(string ranks, string problem)
    {
        using TemporaryModel model = new(ranks);
        Dictionary<string, int> special = new() { ["<|endoftext|>"] = 7 };

        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(
            () => ModelTokenizer.LoadTiktoken(model.TokenizerFile, ModelTokenizer.Gpt2Pattern, special));

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EveryTruncationOfAFile_IsRefusedOrRead()
    {
        byte[] whole = Encoding.UTF8.GetBytes($"{{{Model}, \"decoder\": {{\"type\": \"Fuse\"}}}}");
        using TemporaryModel model = new("");
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(model.TokenizerFile, whole[..length]);
            Assert.Throws<TokenizerFormatException>(() => ModelTokenizer.Load(model.Folder));
        }
    }

    private static void AssertRefused(string json, string field, string problem)
    {
        using TemporaryModel model = new(json);

        TokenizerFormatException exception = Assert.Throws<TokenizerFormatException>(() => ModelTokenizer.Load(model.Folder));

        Assert.Equal((model.TokenizerFile, field), (exception.File, exception.Field));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }
}
