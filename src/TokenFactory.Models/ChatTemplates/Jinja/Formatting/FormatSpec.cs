using System.Globalization;
using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Operators;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>
/// A format of <c>%</c> or of <c>str.format</c> in one shape: fill, alignment, sign, width, precision and presentation type.
/// </summary>
internal sealed record FormatSpec
{
    /// <summary>More than this many digits or columns are refused; no prompt needs them.</summary>
    public const int MaxSize = 10_000;

    public string Fill { get; init; } = " ";

    /// <summary>One of <c>&lt; &gt; ^ =</c>; NUL for the type's own (text left, numbers right).</summary>
    public char Align { get; init; }

    /// <summary><c>+</c>, blank or <c>-</c>.</summary>
    public char Sign { get; init; } = '-';

    /// <summary><c>#</c>: a prefix such as 0x.</summary>
    public bool IsAlternate { get; init; }

    public int Width { get; init; }

    /// <summary><c>,</c> or <c>_</c> between thousands; NUL for none.</summary>
    public char Grouping { get; init; }

    public int? Precision { get; init; }

    /// <summary>The presentation type; NUL for the default one.</summary>
    public char Type { get; init; }

    public string Apply(RenderContext context, TemplateValue value)
    {
        Arithmetic.Refuse(value);
        if (Width > MaxSize || Precision > MaxSize)
            throw new ChatTemplateException($"a format's width or precision must not exceed {MaxSize}");
        context.Budget.AllocateText(Width + (Precision ?? 0));
        bool isText = Type is 's' || (Type == '\0' && value is not (IntegerValue or FloatValue));
        return isText ? FormatText(PythonRepr.Str(context, value)) : FormatNumber(value);
    }

    /// <summary>Text, cut to the precision and padded.</summary>
    public string FormatText(string text)
    {
        string cut = Precision is int limit && PythonText.CountCodePoints(text) is int count && limit < count
            ? text[..PythonText.OffsetOf(text, count, limit)]
            : text;
        return Pad("", cut, '<');
    }

    private string FormatNumber(TemplateValue value)
    {
        if (Type is '\0' && value is FloatValue && Precision is null)
            return PadNumber(PythonFloat.Repr(((FloatValue)value).Value));
        if (Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' || (Type == '\0' && value is FloatValue))
            return FormatFloat(value);
        if (!Numbers.TryInteger(value, out BigInteger integer))
            throw new ChatTemplateException($"the format '{Type}' needs an integer, not {value.TypeName}");
        return Type switch
        {
            '\0' or 'd' or 'i' or 'u' or 'n' => PadNumber(Grouped(integer.ToString(CultureInfo.InvariantCulture))),
            'x' => PadNumber(InBase(integer, 16, "0x")),
            'X' => PadNumber(InBase(integer, 16, "0X").ToUpperInvariant()),
            'o' => PadNumber(InBase(integer, 8, "0o")),
            'b' => PadNumber(InBase(integer, 2, "0b")),
            'c' when integer >= 0 && integer <= 0x10FFFF && (integer < 0xD800 || integer > 0xDFFF) =>
                FormatText(char.ConvertFromUtf32((int)integer)),
            _ => throw new ChatTemplateException($"unknown format '{Type}' for {value.TypeName}"),
        };
    }

    private string InBase(BigInteger value, int numberBase, string prefix)
    {
        string digits = "";
        BigInteger rest = BigInteger.Abs(value);
        do
        {
            digits = "0123456789abcdef"[(int)(rest % numberBase)] + digits;
            rest /= numberBase;
        }
        while (!rest.IsZero);
        return (value.Sign < 0 ? "-" : "") + (IsAlternate ? prefix : "") + digits;
    }

    private string FormatFloat(TemplateValue value)
    {
        if (!Numbers.TryFloat(value, out double number))
            throw new ChatTemplateException($"the format '{Type}' needs a number, not {value.TypeName}");
        if (!double.IsFinite(number))
            return PadNumber(PythonFloat.Repr(number));
        int digits = Precision ?? 6;
        string text = char.ToLowerInvariant(Type) switch
        {
            'f' => number.ToString("F" + digits, CultureInfo.InvariantCulture),
            '%' => (number * 100).ToString("F" + digits, CultureInfo.InvariantCulture) + "%",
            'e' => Exponent(number, digits),
            _ => General(number, Math.Max(digits, 1)),
        };
        return PadNumber(Grouped(Type is 'E' or 'G' ? text.ToUpperInvariant() : text));
    }

    private static string Exponent(double number, int digits)
    {
        string text = number.ToString("e" + digits, CultureInfo.InvariantCulture);
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }

    /// <summary>The shorter of plain and exponent notation with that many significant digits, without trailing zeros.</summary>
    private string General(double number, int digits)
    {
        string scientific = Exponent(number, digits - 1);
        int mark = scientific.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent < -4 || exponent >= digits)
            return TrimZeros(scientific[..mark]) + scientific[mark..];
        string plain = TrimZeros(number.ToString("F" + (digits - 1 - exponent), CultureInfo.InvariantCulture));
        return Type == '\0' && !plain.Contains('.', StringComparison.Ordinal) ? plain + ".0" : plain;
    }

    private static string TrimZeros(string digits) =>
        digits.Contains('.', StringComparison.Ordinal) ? digits.TrimEnd('0').TrimEnd('.') : digits;

    private string Grouped(string number)
    {
        if (Grouping == '\0')
            return number;
        int first = number.StartsWith('-') ? 1 : 0;
        int end = number.AsSpan(first).IndexOfAnyExceptInRange('0', '9') is int found and >= 0 ? first + found : number.Length;
        for (int i = end - 3; i > first; i -= 3)
            number = number.Insert(i, Grouping.ToString());
        return number;
    }

    private string PadNumber(string number)
    {
        bool isNegative = number.StartsWith('-');
        string sign = isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "";
        return Pad(sign, isNegative ? number[1..] : number, '>');
    }

    private string Pad(string sign, string body, char ownAlign)
    {
        int missing = Width - sign.Length - PythonText.CountCodePoints(body);
        if (missing <= 0)
            return sign + body;
        return (Align == '\0' ? ownAlign : Align) switch
        {
            '<' => sign + body + Filled(missing),
            '^' => Filled(missing / 2) + sign + body + Filled(missing - (missing / 2)),
            '=' => sign + Filled(missing) + body,
            _ => Filled(missing) + sign + body,
        };
    }

    private string Filled(int count) => string.Concat(Enumerable.Repeat(Fill, count));
}
