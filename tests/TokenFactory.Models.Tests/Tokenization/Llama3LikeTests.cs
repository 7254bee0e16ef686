using TokenFactory.Models.Tokenization;
using Xunit;

namespace TokenFactory.Models.Tests.Tokenization;

public sealed class Llama3LikeTests
{
    // No merge makes "Ġyo"; "'S" is cut off by the expression, "1234" into "123" and "4".
    private const string Tokenizer = """
        {"model": {"type": "BPE", "ignore_merges": IGNORE, "merges": [["Ġ", "y"], "' S", "1 2", "12 3"],
          "vocab": {"y": 2, "o": 3, "Ġ": 4, "'": 5, "S": 6, "1": 7, "Ġy": 8, "2": 9, "Ġyo": 10, "'S": 11, "123": 12, "4": 13,
            "12": 15, "3": 16}},
         "added_tokens": [{"id": 14, "content": "<|begin_of_text|>", "special": true}],
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
           {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
           {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
         "post_processor": {"type": "Sequence", "processors": [
           {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
           {"type": "TemplateProcessing", "single": [
               {"SpecialToken": {"id": "<|begin_of_text|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "special_tokens": {"<|begin_of_text|>": {"id": "<|begin_of_text|>", "ids": [14], "tokens": ["<|begin_of_text|>"]}}}]},
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}}
        """;

    [Theory]
    [InlineData(true, new[] { 14, 10, 11, 12, 13 })]
    [InlineData(false, new[] { 14, 8, 3, 11, 12, 13 })]
    public void Encode_IgnoreMerges_TakesAWholePieceThatNoMergeMakes(bool ignoreMerges, int[] expected)
    {
        ModelTokenizer llama = TemporaryModel.Load(Tokenizer.Replace("IGNORE", ignoreMerges ? "true" : "false", StringComparison.Ordinal));

        Assert.Equal(expected, llama.Encode(" yo'S1234", addSpecialTokens: true));
        Assert.Equal(" yo'S1234", llama.Decode(expected, skipSpecialTokens: true));
    }
}
