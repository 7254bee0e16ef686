using System.Globalization;
using System.Text;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;

namespace TokenFactory.Models.ChatTemplates.Jinja.Globals;

/// <summary>
/// <c>strftime</c> of the C locale, with glibc's <c>%-d</c> (no padding), <c>%_d</c> (blanks) and <c>%0d</c>. As for a Python
/// datetime without a time zone, <c>%z</c> and <c>%Z</c> are empty. An unknown code prints as it stands.
/// </summary>
internal static class StrfTime
{
    private static readonly CultureInfo C = CultureInfo.InvariantCulture;

    public static string Format(RenderContext context, DateTime time, string format)
    {
        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            char padding = format[i + 1] is '-' or '_' or '0' ? format[i + 1] : '\0';
            int code = padding == '\0' || i + 2 == format.Length ? i + 1 : i + 2;
            string field = Field(time, format[code]) ?? format[i..(code + 1)];
            context.Budget.AppendText(text, Padded(field, padding));
            i = code;
        }
        return text.ToString();
    }

    private static string Padded(string field, char padding)
    {
        if (padding is not ('-' or '_') || field.Length < 2 || !char.IsAsciiDigit(field[^1]))
            return field;
        string bare = field.TrimStart('0', ' ');
        bare = bare.Length == 0 ? "0" : bare;
        return padding == '-' ? bare : bare.PadLeft(field.Length);
    }

    private static string? Field(DateTime time, char code) => code switch
    {
        'Y' => time.ToString("yyyy", C),
        'C' => (time.Year / 100).ToString("00", C),
        'y' => time.ToString("yy", C),
        'm' => time.ToString("MM", C),
        'B' => time.ToString("MMMM", C),
        'b' or 'h' => time.ToString("MMM", C),
        'd' => time.ToString("dd", C),
        'e' => time.Day.ToString(C).PadLeft(2),
        'j' => time.DayOfYear.ToString("000", C),
        'A' => time.ToString("dddd", C),
        'a' => time.ToString("ddd", C),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(C),
        'w' => ((int)time.DayOfWeek).ToString(C),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", C),
        'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", C),
        'G' => ISOWeek.GetYear(time).ToString("0000", C),
        'g' => (ISOWeek.GetYear(time) % 100).ToString("00", C),
        'V' => ISOWeek.GetWeekOfYear(time).ToString("00", C),
        _ => ClockField(time, code),
    };

    private static string? ClockField(DateTime time, char code) => code switch
    {
        'H' => time.ToString("HH", C),
        'I' => time.ToString("hh", C),
        'k' => time.Hour.ToString(C).PadLeft(2),
        'l' => ((time.Hour + 11) % 12 + 1).ToString(C).PadLeft(2),
        'M' => time.ToString("mm", C),
        'S' => time.ToString("ss", C),
        'f' => time.ToString("ffffff", C),
        'p' => time.ToString("tt", C),
        'P' => time.ToString("tt", C).ToLowerInvariant(),
        'D' or 'x' => time.ToString("MM/dd/yy", C),
        'F' => time.ToString("yyyy-MM-dd", C),
        'T' or 'X' => time.ToString("HH:mm:ss", C),
        'R' => time.ToString("HH:mm", C),
        'r' => time.ToString("hh:mm:ss tt", C),
        'c' => time.ToString("ddd MMM ", C) + time.Day.ToString(C).PadLeft(2) + time.ToString(" HH:mm:ss yyyy", C),
        's' => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Local)).ToUnixTimeSeconds().ToString(C),
        'n' => "\n",
        't' => "\t",
        'z' or 'Z' => "",
        '%' => "%",
        _ => null,
    };
}
