namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>Finds one fixed, non-empty text.</summary>
internal sealed class LiteralPattern(string literal) : ITextPattern
{
    public void Find(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        int position = 0;
        while (text[position..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and int skipped)
        {
            matches.Add(new TextMatch(position + skipped, literal.Length));
            position += skipped + literal.Length;
        }
    }
}
