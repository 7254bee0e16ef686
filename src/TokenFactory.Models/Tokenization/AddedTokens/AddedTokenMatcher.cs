using System.Buffers;
using System.Globalization;
using System.Text;

namespace TokenFactory.Models.Tokenization.AddedTokens;

/// <summary>A stretch of text: ordinary where <see cref="Id"/> is negative, else an added token with what it takes along.</summary>
internal readonly record struct TextSegment(int Start, int Length, int Id)
{
    public const int Ordinary = -1;
}

/// <summary>Cuts a text at its added tokens: leftmost first and of those the longest, as Hugging Face's added vocabulary does.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<AddedToken?> _tokenAt = [null];
    private readonly SearchValues<char> _firstChars;

    /// <summary>Takes the tokens with the text each is to be found by; the first of two with one text wins.</summary>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach ((string text, AddedToken token) in tokens)
        {
            if (text.Length > 0)
                Insert(text, token);
        }
        _firstChars = SearchValues.Create([.. _edges.Keys.Where(edge => edge.Node == 0).Select(edge => edge.Next)]);
    }

    /// <summary>
    /// Appends the segments of <paramref name="text"/> in order. Control tokens are ordinary text unless
    /// <paramref name="parseControl"/> is true.
    /// </summary>
    public void Split(ReadOnlySpan<char> text, bool parseControl, List<TextSegment> segments)
    {
        int ordinaryFrom = 0;
        int position = 0;
        while (position < text.Length && text[position..].IndexOfAny(_firstChars) is >= 0 and int skipped)
        {
            position += skipped;
            if (Longest(text, position, out int length) is not { } token)
            {
                position++;
                continue;
            }
            int start = position, end = position + length;
            position = end;
            if ((token.Control && !parseControl) || (token.SingleWord && IsInsideWord(text, start, end)))
                continue;
            if (token.StripLeft)
                start = Math.Max(text[..start].TrimEnd().Length, ordinaryFrom);
            if (token.StripRight)
                end = text.Length - text[end..].TrimStart().Length;
            start = Math.Max(start, ordinaryFrom);
            end = Math.Max(end, start);
            if (ordinaryFrom < start)
                segments.Add(new TextSegment(ordinaryFrom, start - ordinaryFrom, TextSegment.Ordinary));
            segments.Add(new TextSegment(start, end - start, token.Id));
            ordinaryFrom = end;
        }
        if (ordinaryFrom < text.Length)
            segments.Add(new TextSegment(ordinaryFrom, text.Length - ordinaryFrom, TextSegment.Ordinary));
    }

    private void Insert(string text, AddedToken token)
    {
        int node = 0;
        foreach (char next in text)
        {
            if (!_edges.TryGetValue((node, next), out int child))
            {
                child = _tokenAt.Count;
                _tokenAt.Add(null);
                _edges.Add((node, next), child);
            }
            node = child;
        }
        _tokenAt[node] ??= token;
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, int start, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        int node = 0;
        for (int i = start; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_tokenAt[node] is { } token)
            {
                longest = token;
                length = i + 1 - start;
            }
        }
        return longest;
    }

    private static bool IsInsideWord(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out Rune before, out _);
        Rune.DecodeFromUtf16(text[end..], out Rune after, out _);
        return (start > 0 && IsWord(before)) || (end < text.Length && IsWord(after));
    }

    private static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.LetterNumber;
}
