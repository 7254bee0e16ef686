using System.Numerics;
using System.Text.Json;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates;

/// <summary>
/// A value as the template language sees it: none, bool, integer, float, text, list or map, and inside a rendering also the
/// language's own kinds (undefined, macro, namespace …). Nothing of .NET is reachable from a template through it.
/// </summary>
public abstract class TemplateValue
{
    private protected TemplateValue()
    {
    }

    public static TemplateValue None => NoneValue.Instance;

    /// <summary>Python's name of the type, for messages.</summary>
    internal abstract string TypeName { get; }

    /// <summary>Python's <c>bool(value)</c>.</summary>
    internal virtual bool IsTrue => true;

    /// <summary>Python's <c>len(value)</c>; null where the type has none.</summary>
    internal virtual long? Length => null;

    /// <summary>The elements in order, read as they are at that moment; null where the type is not iterable.</summary>
    internal virtual IEnumerable<TemplateValue>? Elements => null;

    /// <summary>Whether the value may be a map key.</summary>
    internal virtual bool IsHashable => true;

    /// <summary>Equal keys have equal hash codes: 1, 1.0 and true are one key.</summary>
    internal virtual int KeyHash => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The method of that name; null where the type has none.</summary>
    internal virtual NativeFunction? Method(string name) => null;

    /// <summary>The attribute of that name that is not a method; null where there is none.</summary>
    internal virtual TemplateValue? Attribute(string name) => null;

    public static implicit operator TemplateValue(string? text) => text is null ? None : StringValue.Of(text);

    public static implicit operator TemplateValue(bool value) => BooleanValue.Of(value);

    public static implicit operator TemplateValue(long value) => IntegerValue.Of(value);

    public static implicit operator TemplateValue(BigInteger value) => IntegerValue.Of(value);

    public static implicit operator TemplateValue(double value) => new FloatValue(value);

    /// <summary>The value of a JSON element. Key order is kept; a number with a point or an exponent is a float.</summary>
    /// <exception cref="ChatTemplateException">The element nests deeper than 128 levels, or is undefined.</exception>
    public static TemplateValue FromJson(JsonElement element) => ValueConversion.FromJson(element, 0);

    /// <summary>
    /// The value of plain .NET data: null, bool, number, string, <see cref="JsonElement"/>, a dictionary with string keys, or
    /// a sequence of such.
    /// </summary>
    /// <exception cref="ChatTemplateException">A type is none of these, or the data nests deeper than 128 levels.</exception>
    public static TemplateValue FromObject(object? value) => ValueConversion.FromObject(value, 0);

    /// <summary>A list of values.</summary>
    public static TemplateValue List(params IEnumerable<TemplateValue> items) => new ListValue([.. items]);

    /// <summary>A map with text keys; a later entry replaces an earlier one of the same key.</summary>
    public static TemplateValue Map(params IEnumerable<(string Key, TemplateValue Value)> entries)
    {
        MapValue map = new();
        foreach ((string key, TemplateValue value) in entries)
        {
            map.Set(StringValue.Of(key), value);
        }
        return map;
    }
}
