using System.Numerics;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class NoneValue : TemplateValue
{
    public static readonly NoneValue Instance = new();

    internal override string TypeName => "NoneType";

    internal override bool IsTrue => false;
}

/// <summary>Python's <c>bool</c>, which is an integer in arithmetic and as a key.</summary>
internal sealed class BooleanValue : TemplateValue
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => Value = value;

    public bool Value { get; }

    internal override string TypeName => "bool";

    internal override bool IsTrue => Value;

    internal override int KeyHash => (Value ? BigInteger.One : BigInteger.Zero).GetHashCode();

    public static BooleanValue Of(bool value) => value ? True : False;
}

/// <summary>Python's <c>int</c>, without a fixed width; <see cref="MaxBits"/> keeps a hostile power small.</summary>
internal sealed class IntegerValue : TemplateValue
{
    /// <summary>Larger integers are refused. Python itself refuses to print more than 4300 digits, about 14284 bits.</summary>
    public const int MaxBits = 14_284;

    private const int CacheStart = -16;
    private static readonly IntegerValue[] Cache = CreateCache();

    private IntegerValue(BigInteger value) => Value = value;

    public BigInteger Value { get; }

    internal override string TypeName => "int";

    internal override bool IsTrue => !Value.IsZero;

    internal override int KeyHash => Value.GetHashCode();

    public static IntegerValue Of(long value)
    {
        long index = value - CacheStart;
        return value is >= CacheStart and < 1024 && index < Cache.Length ? Cache[index] : new IntegerValue(value);
    }

    public static IntegerValue Of(BigInteger value)
    {
        if (value.GetBitLength() <= 63)
            return Of((long)value);
        if (value.GetBitLength() > MaxBits)
            throw new ChatTemplateException($"an integer of more than {MaxBits} bits is not supported");
        return new IntegerValue(value);
    }

    private static IntegerValue[] CreateCache()
    {
        IntegerValue[] cache = new IntegerValue[1024 - CacheStart];
        for (int i = 0; i < cache.Length; i++)
            cache[i] = new IntegerValue(i + CacheStart);
        return cache;
    }
}

/// <summary>Python's <c>float</c>: a double.</summary>
internal sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    internal override string TypeName => "float";

    internal override bool IsTrue => Value != 0;

    internal override int KeyHash => double.IsInteger(Value) ? new BigInteger(Value).GetHashCode() : Value.GetHashCode();
}
