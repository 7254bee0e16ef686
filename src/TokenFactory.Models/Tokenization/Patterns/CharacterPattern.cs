using System.Globalization;
using System.Text;

namespace TokenFactory.Models.Tokenization.Patterns;

/// <summary>Finds every single character that meets a condition.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> isMatch) : ITextPattern
{
    /// <summary>Unicode white space.</summary>
    public static CharacterPattern WhiteSpace { get; } = new(Rune.IsWhiteSpace);

    /// <summary>The categories Nd, Nl and No.</summary>
    public static CharacterPattern Numeric { get; } = new(Rune.IsNumber);

    /// <summary>The categories P*, and the symbols of ASCII.</summary>
    public static CharacterPattern Punctuation { get; } =
        new(rune => Rune.IsPunctuation(rune) || (rune.IsAscii && Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol));

    public void Find(ReadOnlySpan<char> text, List<TextMatch> matches)
    {
        for (int position = 0; position < text.Length;)
        {
            Rune.DecodeFromUtf16(text[position..], out Rune rune, out int length);
            if (isMatch(rune))
                matches.Add(new TextMatch(position, length));
            position += length;
        }
    }
}
