using System.Buffers;
using System.Globalization;
using System.Text;

namespace TokenFactory.Web.Playground.Tokens;

/// <summary>Bytes of a token as text in which everything shows: spaces, line breaks, control characters and bytes that are no whole character.</summary>
public static class VisibleText
{
    private const string Nothing = "∅";

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return Nothing;
        }
        StringBuilder text = new(utf8.Length);
        while (!utf8.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(utf8, out Rune rune, out int length);
            if (status == OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                AppendBytes(text, utf8[..length]);
            }
            utf8 = utf8[length..];
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        if (rune.Value < ' ' && FindSign(rune.Value) is { } sign)
        {
            text.Append(sign);
        }
        else if (rune.Value == ' ')
        {
            text.Append('␣');
        }
        else if (Shows(rune))
        {
            text.Append(rune);
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"‹U+{rune.Value:X4}›");
        }
    }

    private static char? FindSign(int control) => control switch
    {
        '\n' => '⏎',
        '\t' => '⇥',
        '\r' => '␍',
        _ => null,
    };

    private static bool Shows(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('‹');
        for (int i = 0; i < bytes.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? " " : "")}{bytes[i]:X2}");
        }
        text.Append('›');
    }
}
