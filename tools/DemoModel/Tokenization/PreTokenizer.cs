using System.Text.RegularExpressions;

namespace TokenFactory.DemoModel.Tokenization;

/// <summary>Cuts text into the pieces inside which merges happen.</summary>
internal static partial class PreTokenizer
{
    /// <summary>The split that tokenizer.json declares: words with the space before them, single digits, runs of marks, line ends.</summary>
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static IEnumerable<string> Split(string text) => Pieces().Matches(text).Select(match => match.Value);

    [GeneratedRegex(Pattern)]
    private static partial Regex Pieces();
}
