using System.Text;
using System.Text.RegularExpressions;
using TokenFactory.Models.Tokenization.AddedTokens;
using TokenFactory.Models.Tokenization.PreTokenizers;
using TokenFactory.Models.Tokenization.Reading;

namespace TokenFactory.Models.Tokenization;

/// <summary>
/// From text to ids: added tokens out of the raw text, normalization of the rest, added tokens out of that, pre-tokenization, model.
/// Immutable; safe for any number of threads.
/// </summary>
internal sealed class TextEncoder
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenMatcher _inRawText;
    private readonly AddedTokenMatcher _inNormalizedText;

    public TextEncoder(TokenizerParts parts)
    {
        _parts = parts;
        _inRawText = new AddedTokenMatcher(parts.AddedTokens.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _inNormalizedText = new AddedTokenMatcher(
            parts.AddedTokens.Where(token => token.Normalized).Select(token => (Normalize(token.Content), token)));
    }

    /// <summary>Appends the ids of <paramref name="text"/>; a lone surrogate counts as U+FFFD.</summary>
    /// <exception cref="TokenizerFormatException">A regular expression of the file takes too long on this text.</exception>
    public void Encode(string text, bool parseControl, List<int> ids)
    {
        try
        {
            EncodeSegments(text, parseControl, ids);
        }
        catch (RegexMatchTimeoutException exception)
        {
            string limit = $"{exception.MatchTimeout.TotalSeconds:0} s";
            string problem = $"a regular expression takes longer than {limit} on this text: {exception.Pattern}";
            throw new TokenizerFormatException(_parts.File, "", problem, exception);
        }
    }

    private void EncodeSegments(string text, bool parseControl, List<int> ids)
    {
        text = ReplaceLoneSurrogates(text);
        List<TextSegment> raw = [], normalized = [];
        _inRawText.Split(text, parseControl, raw);
        foreach (TextSegment segment in raw)
        {
            if (segment.Id != TextSegment.Ordinary)
            {
                ids.Add(segment.Id);
                continue;
            }
            string chunk = Normalize(Part(text, segment));
            normalized.Clear();
            _inNormalizedText.Split(chunk, parseControl, normalized);
            foreach (TextSegment part in normalized)
            {
                if (part.Id == TextSegment.Ordinary)
                    EncodeOrdinary(Part(chunk, part), segment.Start + part.Start == 0, ids);
                else
                    ids.Add(part.Id);
            }
        }
    }

    private static string Part(string text, TextSegment segment) =>
        segment.Length == text.Length ? text : text.Substring(segment.Start, segment.Length);

    private string Normalize(string text) => _parts.Normalizer?.Normalize(text) ?? text;

    private void EncodeOrdinary(string text, bool atStart, List<int> ids)
    {
        PieceList pieces = new(text, atStart);
        _parts.PreTokenizer?.Apply(pieces);
        ReadOnlySpan<char> span = pieces.Text.Span;
        foreach (Piece piece in pieces.Pieces)
            _parts.Model.Encode(span.Slice(piece.Start, piece.Length), ids);
    }

    private static string ReplaceLoneSurrogates(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
            return text;
        bool isWhole = true;
        for (int i = first; i < text.Length && isWhole; i++)
        {
            if (char.IsSurrogate(text[i]))
                isWhole = char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i]);
        }
        if (isWhole)
            return text;
        StringBuilder repaired = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            repaired.Append(rune);
        return repaired.ToString();
    }
}
