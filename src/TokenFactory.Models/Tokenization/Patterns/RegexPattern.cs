using System.Buffers;
using System.Text.RegularExpressions;

namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>
/// Finds a regular expression written for Oniguruma. It counts characters where .NET counts UTF-16 units, so a text with surrogate
/// pairs is matched through its <see cref="CodePointShadow"/>.
/// </summary>
internal sealed class RegexPattern : ITextPattern
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(3);

    private readonly Regex _regex;

    /// <param name="pattern">The expression as the file has it.</param>
    /// <exception cref="FormatException">The expression is malformed or has no counterpart here; the message says why.</exception>
    public RegexPattern(string pattern)
    {
        string translated = OnigurumaTranslator.Translate(pattern);
        try
        {
            // Ruby's syntax, which the files use, has ^ and $ match at every line.
            _regex = new Regex(translated, RegexOptions.Compiled | RegexOptions.CultureInvariant | RegexOptions.Multiline, LongestMatch);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"is a regular expression that cannot be read: {exception.Message}", exception);
        }
    }

    /// <exception cref="RegexMatchTimeoutException">The expression backtracks for more than three seconds on this text.</exception>
    public void Find(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            foreach (ValueMatch match in _regex.EnumerateMatches(text))
                matches.Add(new TextMatch(match.Index, match.Length));
            return;
        }
        char[] rented = ArrayPool<char>.Shared.Rent(text.Length);
        ReadOnlySpan<char> shadow = rented.AsSpan(0, CodePointShadow.Write(text, rented));
        int shadowAt = 0, textAt = 0;
        foreach (ValueMatch match in _regex.EnumerateMatches(shadow))
        {
            textAt += CodePointShadow.LengthInText(text[textAt..], match.Index - shadowAt);
            int length = CodePointShadow.LengthInText(text[textAt..], match.Length);
            matches.Add(new TextMatch(textAt, length));
            textAt += length;
            shadowAt = match.Index + match.Length;
        }
        ArrayPool<char>.Shared.Return(rented);
    }
}
