using System.Globalization;
using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Methods;

/// <summary>String methods that ask what characters a text has: isdigit, isalpha, isupper and the like. An empty text has none.</summary>
internal static class StringClasses
{
    public static IEnumerable<NativeFunction> All =>
    [
        OfAll("isalpha", Rune.IsLetter),
        OfAll("isalnum", static rune => Rune.IsLetter(rune) || IsNumeric(rune)),
        OfAll("isdigit", static rune => Rune.IsDigit(rune) || IsSuperscriptDigit(rune)),
        OfAll("isdecimal", Rune.IsDigit),
        OfAll("isnumeric", IsNumeric),
        OfAll("isspace", static rune => rune.IsBmp && PythonText.IsWhitespace((char)rune.Value)),
        Of("isascii", static text => Ascii.IsValid(text)),
        Of("isupper", IsUpper),
        Of("islower", IsLower),
        Of("istitle", IsTitle),
        Of("isidentifier", static text => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(static c => char.IsLetterOrDigit(c) || c == '_')),
    ];

    /// <summary>Whether there is a cased letter and none in lower case.</summary>
    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    private static bool IsTitle(string text)
    {
        bool isInWord = false;
        bool hasLetter = false;
        foreach (char c in text)
        {
            if (char.IsUpper(c) ? isInWord : char.IsLower(c) && !isInWord)
                return false;
            isInWord = char.IsUpper(c) || char.IsLower(c);
            hasLetter |= isInWord;
        }
        return hasLetter;
    }

    private static bool IsNumeric(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsSuperscriptDigit(Rune rune) => rune.Value is 0xB2 or 0xB3 or 0xB9 or 0x2070 or (>= 0x2074 and <= 0x2079) or (>= 0x2080 and <= 0x2089);

    private static NativeFunction OfAll(string name, Func<Rune, bool> test) => Of(name, text => text.Length > 0 && text.EnumerateRunes().All(test));

    private static NativeFunction Of(string name, Func<string, bool> test) => new(name, [], (context, self, _) =>
    {
        string text = ((StringValue)self).Text;
        context.Budget.Work(text.Length / 16);
        return BooleanValue.Of(test(text));
    });
}
