using System.Collections.Concurrent;
using System.Globalization;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>The classes that ECMA-262 names: <c>\d</c>, <c>\w</c>, <c>\s</c>, the dot, and general categories of Unicode.</summary>
internal static class CharacterClasses
{
    private static readonly ConcurrentDictionary<string, CodePointSet> Properties = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, UnicodeCategory[]> Categories = new(StringComparer.Ordinal)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["L"] = [
            UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter, UnicodeCategory.ModifierLetter,
            UnicodeCategory.OtherLetter],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["M"] = [UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["N"] = [UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber],
        ["P"] = [
            UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation, UnicodeCategory.ClosePunctuation,
            UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation, UnicodeCategory.OtherPunctuation],
        ["S"] = [UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol, UnicodeCategory.OtherSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Z"] = [UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
    };

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Currency_Symbol"] = "Sc",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Control"] = "Cc",
    };

    public static CodePointSet Digit { get; } = CodePointSet.Of('0', '9');

    public static CodePointSet Word { get; } = CodePointSet.FromRanges([new('0', '9'), new('A', 'Z'), new('_', '_'), new('a', 'z')]);

    public static CodePointSet Space { get; } = CodePointSet.FromRanges(
        [new(9, 13), new(' ', ' '), new(0xA0, 0xA0), new(0x1680, 0x1680), new(0x2000, 0x200A), new(0x2028, 0x2029), new(0x202F, 0x202F), new(0x205F, 0x205F), new(0x3000, 0x3000), new(0xFEFF, 0xFEFF)]);

    /// <summary>All but line terminators.</summary>
    public static CodePointSet Dot { get; } = CodePointSet.FromRanges([new('\n', '\n'), new('\r', '\r'), new(0x2028, 0x2029)]).Complement();

    /// <summary>The set of a general category by its short or long name, null where it isn't known.</summary>
    public static CodePointSet? Property(string name)
    {
        name = name.StartsWith("gc=", StringComparison.Ordinal) ? name[3..] : name;
        name = name.StartsWith("General_Category=", StringComparison.Ordinal) ? name[17..] : name;
        name = LongNames.GetValueOrDefault(name, name);
        return Categories.TryGetValue(name, out UnicodeCategory[]? categories) ? Properties.GetOrAdd(name, _ => Collect(categories)) : null;
    }

    private static CodePointSet Collect(UnicodeCategory[] categories)
    {
        List<CodePointSet.Range> ranges = [];
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!categories.Contains(CharUnicodeInfo.GetUnicodeCategory(codePoint)))
                continue;
            if (ranges.Count > 0 && ranges[^1].High == codePoint - 1)
                ranges[^1] = ranges[^1] with { High = codePoint };
            else
                ranges.Add(new CodePointSet.Range(codePoint, codePoint));
        }
        return CodePointSet.FromRanges(ranges);
    }
}
