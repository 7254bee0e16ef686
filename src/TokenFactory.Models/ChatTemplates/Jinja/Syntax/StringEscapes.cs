using System.Globalization;
using System.Text;

namespace TokenFactory.Models.ChatTemplates.Jinja.Syntax;

/// <summary>Resolves Python's backslash escapes in a string literal; an unknown escape keeps its backslash.</summary>
internal static class StringEscapes
{
    public static string Resolve(string body, Func<string, Exception> error)
    {
        if (!body.Contains('\\', StringComparison.Ordinal))
            return body;
        StringBuilder text = new(body.Length);
        for (int i = 0; i < body.Length;)
        {
            if (body[i] == '\\')
                i = ResolveOne(body, i + 1, text, error);
            else
                text.Append(body[i++]);
        }
        return text.ToString();
    }

    /// <summary>Appends the escape whose letter stands at <paramref name="at"/> and returns the offset behind it.</summary>
    private static int ResolveOne(string body, int at, StringBuilder text, Func<string, Exception> error)
    {
        char letter = body[at];
        switch (letter)
        {
            case '\n':
                return at + 1;
            case 'x':
                return AppendHex(body, at, 2, text, error);
            case 'u':
                return AppendHex(body, at, 4, text, error);
            case 'U':
                return AppendHex(body, at, 8, text, error);
            case >= '0' and <= '7':
                return AppendOctal(body, at, text);
            default:
                const string Letters = "\\'\"abfnrtv";
                const string Meanings = "\\'\"\a\b\f\n\r\t\v";
                int index = Letters.IndexOf(letter, StringComparison.Ordinal);
                if (index < 0)
                    text.Append('\\').Append(letter);
                else
                    text.Append(Meanings[index]);
                return at + 1;
        }
    }

    private static int AppendHex(string body, int at, int digits, StringBuilder text, Func<string, Exception> error)
    {
        int end = at + 1 + digits;
        if (end > body.Length
            || !uint.TryParse(body.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || code > 0x10FFFF)
        {
            throw error($"the escape '\\{body[at]}' needs {digits} hexadecimal digits of a code point");
        }
        if (code > 0xFFFF)
            text.Append(char.ConvertFromUtf32((int)code));
        else
            text.Append((char)code);
        return end;
    }

    private static int AppendOctal(string body, int at, StringBuilder text)
    {
        int code = 0;
        int end = at;
        while (end < body.Length && end < at + 3 && body[end] is >= '0' and <= '7')
            code = (code * 8) + (body[end++] - '0');
        text.Append((char)code);
        return end;
    }
}
