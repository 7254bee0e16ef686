namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>Where something occurs in a text, in UTF-16 units.</summary>
internal readonly record struct TextMatch(int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>Finds what a split or a replacement goes by.</summary>
internal interface ITextPattern
{
    /// <summary>Appends the occurrences in <paramref name="text"/>, left to right, none overlapping; some may be empty.</summary>
    void Find(ReadOnlySpan<char> text, List<TextMatch> matches);
}
