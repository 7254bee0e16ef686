using System.Globalization;
using System.Text;

namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>
/// A text with one UTF-16 unit for each character: a character beyond U+FFFF is stood in for by one below it of the same general
/// category, so that <c>\p{L}</c>, <c>{1,3}</c> and the like see it as the one character it is.
/// </summary>
internal static class CodePointShadow
{
    /// <summary>Writes the shadow of <paramref name="text"/>, which is no longer than the text, and returns its length.</summary>
    public static int Write(ReadOnlySpan<char> text, Span<char> shadow)
    {
        int written = 0;
        foreach (Rune rune in text.EnumerateRunes())
            shadow[written++] = rune.IsBmp ? (char)rune.Value : StandIn(rune);
        return written;
    }

    /// <summary>How many UTF-16 units the first <paramref name="characters"/> characters of <paramref name="text"/> take.</summary>
    public static int LengthInText(ReadOnlySpan<char> text, int characters)
    {
        int length = 0;
        for (; characters > 0; characters--)
            length += char.IsHighSurrogate(text[length]) ? 2 : 1;
        return length;
    }

    /// <summary>Stand-ins come from scripts that no known expression spells out; ideographs stand for ideographs.</summary>
    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => '\uA7AE',
        UnicodeCategory.LowercaseLetter => '\uA7FA',
        UnicodeCategory.TitlecaseLetter => '\u1FFC',
        UnicodeCategory.ModifierLetter => '\uA015',
        UnicodeCategory.OtherLetter => rune.Value is >= 0x20000 and < 0x40000 ? '\u3400' : '\uA014',
        UnicodeCategory.NonSpacingMark => '\uA926',
        UnicodeCategory.SpacingCombiningMark => '\uA952',
        UnicodeCategory.EnclosingMark => '\uA670',
        UnicodeCategory.DecimalDigitNumber => '\uA9D0',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.ConnectorPunctuation => '\uFE33',
        UnicodeCategory.DashPunctuation => '\u2E40',
        UnicodeCategory.OpenPunctuation => '\u2E22',
        UnicodeCategory.ClosePunctuation => '\u2E23',
        UnicodeCategory.InitialQuotePunctuation => '\u2E0C',
        UnicodeCategory.FinalQuotePunctuation => '\u2E0D',
        UnicodeCategory.OtherPunctuation => '\uA8CE',
        UnicodeCategory.MathSymbol => '\u2AFF',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.ModifierSymbol => '\uA716',
        UnicodeCategory.OtherSymbol => '\u2BFF',
        UnicodeCategory.Format => '\uFFF9',
        UnicodeCategory.PrivateUse => '\uF8FF',
        _ => '\uFFFF',
    };
}
