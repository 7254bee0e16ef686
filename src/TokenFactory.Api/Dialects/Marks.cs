namespace TokenFactory.Api.Dialects;

/// <summary>Finds marks in text that arrives in pieces.</summary>
internal static class Marks
{
    /// <summary>Where a mark begins in a text, or -1.</summary>
    /// <param name="text">What has arrived.</param>
    /// <param name="mark">The mark, not empty.</param>
    /// <param name="certain">Bytes at the text's beginning that are part of no such mark, whatever may follow.</param>
    public static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark, out int certain)
    {
        int found = text.IndexOf(mark);
        certain = found >= 0 ? found : text.Length - Beginning(text, mark);
        return found;
    }

    /// <summary>Where the first of several marks begins in a text, or -1.</summary>
    public static int FindAny(ReadOnlySpan<byte> text, byte[][] marks, out byte[] mark, out int certain)
    {
        int first = -1;
        mark = [];
        certain = text.Length;
        foreach (byte[] candidate in marks)
        {
            int found = Find(text, candidate, out int before);
            if (found >= 0 && (first < 0 || found < first))
            {
                (first, mark) = (found, candidate);
            }
            certain = Math.Min(certain, before);
        }
        return first;
    }

    /// <summary>Whether a text begins with a mark; null where more text must say.</summary>
    public static bool? StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark) =>
        text.StartsWith(mark) ? true : mark.StartsWith(text) ? null : false;

    /// <summary>Bytes of white space at a text's beginning.</summary>
    public static int LeadingSpace(ReadOnlySpan<byte> text)
    {
        int count = text.IndexOfAnyExcept(" \t\r\n"u8);
        return count < 0 ? text.Length : count;
    }

    public static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>Bytes at a text's end that may be the beginning of a mark.</summary>
    private static int Beginning(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        for (int length = Math.Min(text.Length, mark.Length - 1); length > 0; length--)
        {
            if (mark.StartsWith(text[^length..]))
            {
                return length;
            }
        }
        return 0;
    }
}
