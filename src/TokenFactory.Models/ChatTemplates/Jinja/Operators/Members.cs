using System.Globalization;
using System.Numerics;
using TokenFactory.Models.ChatTemplates.Jinja.Formatting;
using TokenFactory.Models.ChatTemplates.Jinja.Runtime;
using TokenFactory.Models.ChatTemplates.Jinja.Values;

namespace TokenFactory.Models.ChatTemplates.Jinja.Operators;

/// <summary>
/// <c>a.b</c> and <c>a[b]</c>. The dot asks for a method or attribute first and then for the element, the bracket the other way
/// round; what neither has is undefined, and reading of what is undefined is an error.
/// </summary>
internal static class Members
{
    public static TemplateValue Attribute(RenderContext context, TemplateValue target, string name, StringValue key)
    {
        Arithmetic.Refuse(target);
        return FindAttribute(target, name) ?? (target is MapValue map ? FindKey(context, map, key) : null)
            ?? UndefinedValue.Member(target, name);
    }

    public static TemplateValue Item(RenderContext context, TemplateValue target, TemplateValue index)
    {
        Arithmetic.Refuse(target);
        return FindItem(context, target, index) ?? (index is StringValue name ? FindAttribute(target, name.Text) : null)
            ?? Missing(context, target, index);
    }

    /// <summary>A map's value; null where the map lacks the key, or the key cannot be one.</summary>
    public static TemplateValue? FindKey(RenderContext context, MapValue map, TemplateValue key)
    {
        if (key is StringValue text)
            context.Budget.ReadText(text.Text.Length);
        else if (key is TupleValue)
            context.Budget.Work(TupleValue.MaxKeyWeight);
        return key.IsHashable ? map.Find(key) : null;
    }

    public static TemplateValue? FindAttribute(TemplateValue target, string name) =>
        target.Method(name) is NativeFunction method ? new FunctionValue(method, target) : target.Attribute(name);

    /// <summary>The UTF-16 character or pair at a code point index.</summary>
    public static StringValue CharacterAt(RenderContext context, StringValue text, long index)
    {
        if (text.CodePoints != text.Text.Length)
            context.Budget.ReadText(text.Text.Length);
        int offset = PythonText.OffsetOf(text.Text, text.CodePoints, index);
        return text.Like(text.Text.Substring(offset, PythonText.WidthAt(text.Text, offset)));
    }

    private static TemplateValue? FindItem(RenderContext context, TemplateValue target, TemplateValue index)
    {
        if (target is MapValue map)
            return FindKey(context, map, index);
        if (target.Length is not long length || !Numbers.TryInteger(index, out BigInteger number))
            return null;
        BigInteger position = number.Sign < 0 ? number + length : number;
        if (position.Sign < 0 || position >= length)
            return null;
        return target switch
        {
            ListValue list => list.Items[(int)position],
            TupleValue tuple => tuple.Items[(int)position],
            StringValue text => CharacterAt(context, text, (long)position),
            RangeValue range => range.At((long)position),
            _ => null,
        };
    }

    private static UndefinedValue Missing(RenderContext context, TemplateValue target, TemplateValue index)
    {
        switch (index)
        {
            case StringValue name:
                return UndefinedValue.Member(target, name.Text);
            case IntegerValue number:
                return UndefinedValue.Because(
                    $"'{target.TypeName} object' has no element {number.Value.ToString(CultureInfo.InvariantCulture)}");
            default:
                context.Budget.Step();
                return UndefinedValue.Because($"'{target.TypeName} object' has no element of that {index.TypeName}");
        }
    }
}
