using System.Globalization;
using System.Numerics;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>A decimal number, exactly: digits times a power of ten, without trailing zeros.</summary>
internal readonly record struct JsonNumber : IComparable<JsonNumber>
{
    private const int MostDigits = 400;

    public JsonNumber(BigInteger digits, int exponent)
    {
        if (digits.IsZero)
            exponent = 0;
        while (!digits.IsZero && digits % 10 == 0)
        {
            digits /= 10;
            exponent++;
        }
        Digits = digits;
        Exponent = exponent;
    }

    public BigInteger Digits { get; }

    public int Exponent { get; }

    public bool IsInteger => Exponent >= 0;

    public bool IsNegative => Digits.Sign < 0;

    /// <summary>The digits before the point, without sign.</summary>
    public string IntegerPart => IsInteger ? Plain() : Padded()[..^-Exponent];

    /// <summary>The digits after the point, without trailing zeros.</summary>
    public string Fraction => IsInteger ? "" : Padded()[^-Exponent..];

    /// <summary>Reads a JSON number. One with more than some hundred digits, written out, is not read.</summary>
    public static bool TryParse(string text, out JsonNumber number)
    {
        number = default;
        int e = text.IndexOfAny(['e', 'E']);
        int exponent = 0;
        if (e >= 0 && !int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            return false;
        string mantissa = e >= 0 ? text[..e] : text;
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = mantissa.Remove(point, 1);
        }
        if (mantissa.Length > MostDigits || Math.Abs((long)exponent) > MostDigits)
            return false;
        number = new JsonNumber(BigInteger.Parse(mantissa, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent);
        return true;
    }

    public JsonNumber Negate() => new(-Digits, Exponent);

    /// <summary>The greatest integer that is not greater.</summary>
    public JsonNumber Floor()
    {
        if (IsInteger)
            return this;
        BigInteger whole = BigInteger.DivRem(Digits, BigInteger.Pow(10, -Exponent), out _);
        return new JsonNumber(IsNegative ? whole - 1 : whole, 0);
    }

    public JsonNumber Add(int value) => new((Digits * BigInteger.Pow(10, Math.Max(Exponent, 0))) + value, 0);

    public int CompareTo(JsonNumber other)
    {
        int least = Math.Min(Exponent, other.Exponent);
        return (Digits * BigInteger.Pow(10, Exponent - least)).CompareTo(other.Digits * BigInteger.Pow(10, other.Exponent - least));
    }

    public override string ToString() => $"{(IsNegative ? "-" : "")}{IntegerPart}{(IsInteger ? "" : ".")}{Fraction}";

    private string Plain() => (BigInteger.Abs(Digits) * BigInteger.Pow(10, Exponent)).ToString(CultureInfo.InvariantCulture);

    private string Padded() => BigInteger.Abs(Digits).ToString(CultureInfo.InvariantCulture).PadLeft(1 - Exponent, '0');
}
