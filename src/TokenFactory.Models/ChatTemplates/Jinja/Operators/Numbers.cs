using System.Globalization;
using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>Reads numbers out of values and text as Python's <c>int()</c> and <c>float()</c> do.</summary>
internal static class Numbers
{
    /// <summary>The integer of an int or a bool.</summary>
    public static bool TryInteger(TemplateValue value, out BigInteger integer)
    {
        switch (value)
        {
            case IntegerValue number:
                integer = number.Value;
                return true;
            case BooleanValue flag:
                integer = flag.Value ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                integer = default;
                return false;
        }
    }

    /// <summary>The number of an int, a bool or a float.</summary>
    public static bool TryFloat(TemplateValue value, out double number)
    {
        if (value is FloatValue real)
        {
            number = real.Value;
            return true;
        }
        bool isInteger = TryInteger(value, out BigInteger integer);
        number = (double)integer;
        return isInteger;
    }

    /// <summary>An integer argument, cut to the nearest end of 64 bits.</summary>
    public static long ToInt64(TemplateValue value, string name)
    {
        if (!TryInteger(value, out BigInteger integer))
            throw new ChatTemplateException($"the argument '{name}' must be an integer, not {value.TypeName}");
        return Saturate(integer);
    }

    public static long Saturate(BigInteger value) => (long)BigInteger.Max(BigInteger.Min(value, long.MaxValue), long.MinValue);

    /// <summary>
    /// Python's <c>int(text, base)</c>: blanks around, a sign, a base prefix where it fits and single underscores between digits.
    /// Base 0 goes by the prefix.
    /// </summary>
    public static bool TryParseInteger(string text, long numberBase, out BigInteger value)
    {
        value = default;
        string digits = PythonText.Strip(text, null, left: true, right: true);
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
            digits = digits[1..];
        long prefixBase = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixBase != 0 && numberBase is 0 || prefixBase == numberBase && prefixBase != 0)
            (digits, numberBase) = (digits[2..], prefixBase);
        numberBase = numberBase == 0 ? 10 : numberBase;
        bool hasLooseUnderscore = digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__", StringComparison.Ordinal);
        if (digits.Length is 0 or > 4300 || hasLooseUnderscore || numberBase is < 2 or > 36)
            return false;
        foreach (char c in digits)
        {
            if (c == '_')
                continue;
            int digit = DigitOf(c);
            if (digit < 0 || digit >= numberBase)
                return false;
            value = (value * numberBase) + digit;
        }
        if (isNegative)
            value = -value;
        return true;
    }

    /// <summary>Python's <c>float(text)</c>.</summary>
    public static bool TryParseFloat(string text, out double value)
    {
        string digits = PythonText.Strip(text, null, left: true, right: true).ToLowerInvariant();
        bool isNegative = digits.StartsWith('-');
        string unsigned = isNegative || digits.StartsWith('+') ? digits[1..] : digits;
        if (unsigned is "inf" or "infinity" or "nan")
        {
            value = unsigned == "nan" ? double.NaN : isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool hasDigit = unsigned.AsSpan().ContainsAnyInRange('0', '9') && (char.IsAsciiDigit(unsigned[0]) || unsigned[0] == '.');
        value = 0;
        return hasDigit && double.TryParse(digits.Replace("_", "", StringComparison.Ordinal), Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A float without its fraction, as Python's <c>int(x)</c>; infinities and NaN have none.</summary>
    public static IntegerValue Truncate(double value) => double.IsFinite(value)
        ? IntegerValue.Of(new BigInteger(Math.Truncate(value)))
        : throw new ChatTemplateException($"cannot convert float {PythonFloat.Repr(value)} to an integer");

    private static int DigitOf(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'z' => c - 'a' + 10,
        >= 'A' and <= 'Z' => c - 'A' + 10,
        _ => -1,
    };
}
