using System.Text;
using TokenFactory.Engine.Constraints.Vocabulary;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>Some hundred tokens of the kinds that real vocabularies have: bytes, parts of characters, words, and runs of JSON punctuation.</summary>
internal static class SmallVocabulary
{
    private static readonly string[] Pieces =
    [
        "ab", "abc", "aa", "ba", "bb", "cab", "abcabc", "aaaaaaaa", "the", " the", " and", "name", "value", "hello world", "item", "Zürich", "日本", "日本語", "é", "éa", "😀", "a😀b",
        "\"", "\",", "\":", "\": \"", "\", \"", "\"}", "\"]", "{\"", "[\"", "{\"a\"", "\"a\":", "},", "}}", "]]", "],", "]}", "[{", "[[", "[]", "{}", ", ", ": ", ",\"", ":[", ":{", ":true", "true", "false",
        "null", "tr", "ue", "nul", "12", "123", "0.", "1e", "-1", ".5", "00", "2031", "\\", "\\\"", "\\n", "\\u", "\\u00", "\\ud83d", "\\ude00", "\\\\", "\n", "\t", "  ", " \"", "a\"", "b\",\"", "x\": 1", "--", "- ",
        "-01", ":00", "T1", "Z", "@", ".com", "www.", "abcdefghijklmnopqrstuvwxyz", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "                         ",
    ];

    /// <summary>Parts of characters, and the same bytes twice.</summary>
    private static readonly byte[][] Splits = [[0xE6, 0x97], [0xA5], [0xA5, 0x61], [0xF0, 0x9F], [0x98, 0x80], [0x61, 0xC3], [0xA9, 0x22], [0x22, 0xE6], "dup"u8.ToArray(), "dup"u8.ToArray(), []];

    public static IReadOnlyList<byte[]> Tokens { get; } =
        [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. Pieces.Select(Encoding.UTF8.GetBytes), .. Splits, "<end>"u8.ToArray(), "<eot>"u8.ToArray()];

    public static ConstraintVocabulary Instance { get; } = ConstraintVocabulary.Create(Tokens, [Tokens.Count - 2, Tokens.Count - 1]);
}
