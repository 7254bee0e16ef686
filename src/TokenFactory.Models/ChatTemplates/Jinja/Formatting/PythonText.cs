namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>Text as Python sees it: code points instead of UTF-16 units, and Python's idea of whitespace and order.</summary>
internal static class PythonText
{
    public static int CountCodePoints(string text)
    {
        int count = text.Length;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count--;
                i++;
            }
        }
        return count;
    }

    /// <summary>How many UTF-16 units the code point at <paramref name="index"/> takes: 1 or 2.</summary>
    public static int WidthAt(string text, int index) =>
        index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]) ? 2 : 1;

    /// <summary>The UTF-16 offset of a code point index from 0 to the number of code points.</summary>
    public static int OffsetOf(string text, int codePoints, long index)
    {
        if (codePoints == text.Length)
            return (int)index;
        int offset = 0;
        for (long i = 0; i < index; i++)
            offset += WidthAt(text, offset);
        return offset;
    }

    /// <summary>The code point index of a UTF-16 offset.</summary>
    public static int IndexOf(string text, int offset) => CountCodePoints(text[..offset]);

    /// <summary>Python counts the separators U+001C to U+001F as whitespace too.</summary>
    public static bool IsWhitespace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    /// <summary>Strips whitespace, or the characters of <paramref name="characters"/>, from the chosen ends.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        int start = 0;
        int end = text.Length;
        while (left && start < end && IsStripped(text[start], characters))
            start++;
        while (right && end > start && IsStripped(text[end - 1], characters))
            end--;
        return text[start..end];
    }

    /// <summary>Order by code point: UTF-16 order would put surrogates before U+E000.</summary>
    public static int Compare(string x, string y)
    {
        int length = Math.Min(x.Length, y.Length);
        int i = x.AsSpan(0, length).CommonPrefixLength(y);
        return i == length ? x.Length.CompareTo(y.Length) : Rank(x[i]).CompareTo(Rank(y[i]));
    }

    /// <summary>Lines as <c>str.splitlines</c> cuts them; the last line end does not open an empty line.</summary>
    public static List<string> SplitLines(string text, bool keepEnds = false)
    {
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsLineEnd(text[i]))
                continue;
            int end = i;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            lines.Add(text[start..(keepEnds ? i + 1 : end)]);
            start = i + 1;
        }
        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }

    private static bool IsStripped(char c, string? characters) =>
        characters is null ? IsWhitespace(c) : characters.Contains(c, StringComparison.Ordinal);

    private static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or (>= '\u001c' and <= '\u001e') or '\u0085' or '\u2028' or '\u2029';

    private static int Rank(char c) => c >= '\ue000' ? c - 0x800 : char.IsSurrogate(c) ? c + 0x2000 : c;
}
