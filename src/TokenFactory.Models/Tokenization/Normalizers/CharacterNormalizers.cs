using System.Globalization;
using System.Text;
using TokenFactory.Models.Tokenization.Unicode;

namespace TokenFactory.Models.Tokenization.Normalizers;

/// <summary>One of the Unicode normalization forms.</summary>
internal sealed class UnicodeFormNormalizer(NormalizationForm form) : INormalizer
{
    public string Normalize(string text) => UnicodeNormalizer.Normalize(text, form);
}

/// <summary>Lower case, character by character, without regard to language or context.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    // U+0130 is the one character whose lower case is two.
    public string Normalize(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>Drops every combining mark, spacing or not; form D before it makes marks of accents.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public string Normalize(string text)
    {
        StringBuilder kept = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!IsMark(Rune.GetUnicodeCategory(rune)))
                kept.Append(rune);
        }
        return kept.Length == text.Length ? text : kept.ToString();
    }

    private static bool IsMark(UnicodeCategory category) => category is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
