using System.Globalization;

namespace TokenFactory.Models.ChatTemplates.Jinja.Formatting;

/// <summary>Prints floats as Python's <c>repr</c> does: the shortest digits that read back as the same number.</summary>
internal static class PythonFloat
{
    /// <summary>Plain notation from 1e-4 up to below 1e16, with at least one digit behind the point; else an exponent.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(value) ? "-" : "";
        (string digits, int exponent) = Decompose(Math.Abs(value));
        return sign + (exponent is < -4 or >= 16 ? Scientific(digits, exponent) : Plain(digits, exponent));
    }

    /// <summary>Digits without leading or trailing zeros, and the exponent of the first one: 120.5 is ("1205", 2).</summary>
    private static (string Digits, int Exponent) Decompose(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = mark < 0 ? text : text[..mark];
        int shift = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        int whole = point < 0 ? mantissa.Length : point;
        string all = point < 0 ? mantissa : mantissa.Remove(point, 1);
        string significant = all.TrimStart('0');
        if (significant.Length == 0)
            return ("0", 0);
        return (significant.TrimEnd('0'), shift + whole - 1 - (all.Length - significant.Length));
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        string padded = digits.PadRight(exponent + 2, '0');
        return padded[..(exponent + 1)] + "." + padded[(exponent + 1)..];
    }

    private static string Scientific(string digits, int exponent)
    {
        string mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        string sign = exponent < 0 ? "-" : "+";
        return $"{mantissa}e{sign}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }
}
