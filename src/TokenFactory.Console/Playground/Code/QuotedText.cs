using System.Globalization;
using System.Text;

namespace TokenFactory.Web.Playground.Code;

/// <summary>
/// Text as a double-quoted literal that JSON, Python, JavaScript and C# read alike. What cannot be seen is escaped: control and format
/// characters, line and paragraph separators. So is <c>&lt;</c> before <c>/</c> and <c>!</c>, which would end or comment out a script
/// element around the code.
/// </summary>
public static class QuotedText
{
    public static string Of(string text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (char.IsHighSurrogate(letter) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                quoted.Append(letter).Append(text[++i]);
                continue;
            }
            Append(quoted, letter, i + 1 < text.Length ? text[i + 1] : '\0');
        }
        return quoted.Append('"').ToString();
    }

    private static void Append(StringBuilder quoted, char letter, char next)
    {
        switch (letter)
        {
            case '"' or '\\':
                quoted.Append('\\').Append(letter);
                break;
            case '\n':
                quoted.Append("\\n");
                break;
            case '\r':
                quoted.Append("\\r");
                break;
            case '\t':
                quoted.Append("\\t");
                break;
            case '<' when next is '/' or '!':
                quoted.Append("\\u003c");
                break;
            default:
                AppendOther(quoted, letter);
                break;
        }
    }

    private static void AppendOther(StringBuilder quoted, char letter)
    {
        UnicodeCategory category = char.GetUnicodeCategory(letter);
        if (category is UnicodeCategory.Surrogate)
        {
            // Half of a pair is no text; everything that sends it makes this of it.
            quoted.Append("\\ufffd");
        }
        else if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        {
            quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
        }
        else
        {
            quoted.Append(letter);
        }
    }
}
