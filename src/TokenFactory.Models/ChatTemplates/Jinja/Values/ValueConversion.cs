using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace TokenFactory.Models.ChatTemplates.Jinja.Values;

/// <summary>Builds template values from JSON and from plain .NET data, and copies them for a rendering.</summary>
internal static class ValueConversion
{
    private const int MaxDepth = 128;

    public static TemplateValue FromJson(JsonElement element, int depth)
    {
        try
        {
            return FromElement(element, depth);
        }
        catch (InvalidOperationException exception)
        {
            throw new ChatTemplateException("a JSON string holds half of a surrogate pair, which is not text", exception);
        }
    }

    public static TemplateValue FromObject(object? value, int depth)
    {
        CheckDepth(depth);
        return value switch
        {
            null => TemplateValue.None,
            TemplateValue ready => ready,
            string text => StringValue.Of(text),
            bool flag => BooleanValue.Of(flag),
            JsonElement element => FromJson(element, depth),
            int or long or short or byte or sbyte or ushort or uint => IntegerValue.Of(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            ulong large => IntegerValue.Of((BigInteger)large),
            BigInteger large => IntegerValue.Of(large),
            double or float or decimal => new FloatValue(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            IDictionary entries => FromEntries(entries.Cast<DictionaryEntry>().Select(static e => (e.Key, e.Value)), depth),
            IEnumerable<KeyValuePair<string, object?>> entries => FromEntries(entries.Select(static e => ((object)e.Key, e.Value)), depth),
            IEnumerable<KeyValuePair<string, TemplateValue>> entries =>
                FromEntries(entries.Select(static e => ((object)e.Key, (object?)e.Value)), depth),
            IEnumerable items => new ListValue([.. items.Cast<object?>().Select(item => FromObject(item, depth + 1))]),
            _ => throw new ChatTemplateException($"a {value.GetType().Name} is not a template value; give text, numbers, lists and maps"),
        };
    }

    /// <summary>A copy whose lists and maps a rendering may change; leaves are shared, as they never change.</summary>
    public static TemplateValue Copy(TemplateValue value, int depth)
    {
        CheckDepth(depth);
        switch (value)
        {
            case ListValue list:
                List<TemplateValue> items = new(list.Items.Count);
                foreach (TemplateValue item in list.Items)
                    items.Add(Copy(item, depth + 1));
                return new ListValue(items);
            case MapValue map:
                MapValue copy = new(map.Count);
                for (int i = 0; i < map.Count; i++)
                {
                    (TemplateValue key, TemplateValue item) = map.EntryAt(i);
                    copy.Set(key, Copy(item, depth + 1));
                }
                return copy;
            default:
                return value;
        }
    }

    private static TemplateValue FromElement(JsonElement element, int depth)
    {
        CheckDepth(depth);
        return element.ValueKind switch
        {
            JsonValueKind.Null => TemplateValue.None,
            JsonValueKind.True => BooleanValue.True,
            JsonValueKind.False => BooleanValue.False,
            JsonValueKind.String => StringValue.Of(element.GetString()!),
            JsonValueKind.Number => FromNumber(element),
            JsonValueKind.Array => FromArray(element, depth),
            JsonValueKind.Object => FromObjectElement(element, depth),
            _ => throw new ChatTemplateException("an undefined JSON element is not a value; leave the variable out instead"),
        };
    }

    private static TemplateValue FromNumber(JsonElement element)
    {
        if (element.TryGetInt64(out long small) && !IsFloatText(element.GetRawText()))
            return IntegerValue.Of(small);
        string text = element.GetRawText();
        if (IsFloatText(text))
            return new FloatValue(double.Parse(text, CultureInfo.InvariantCulture));
        if (text.Length > 4300)
            throw new ChatTemplateException($"an integer of {text.Length} digits is not supported");
        return IntegerValue.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }

    private static bool IsFloatText(string text) => text.AsSpan().ContainsAny('.', 'e', 'E');

    private static ListValue FromArray(JsonElement element, int depth)
    {
        List<TemplateValue> items = new(element.GetArrayLength());
        foreach (JsonElement item in element.EnumerateArray())
            items.Add(FromElement(item, depth + 1));
        return new ListValue(items);
    }

    private static MapValue FromObjectElement(JsonElement element, int depth)
    {
        MapValue map = new();
        foreach (JsonProperty property in element.EnumerateObject())
            map.Set(StringValue.Of(property.Name), FromElement(property.Value, depth + 1));
        return map;
    }

    private static MapValue FromEntries(IEnumerable<(object Key, object? Value)> entries, int depth)
    {
        MapValue map = new();
        foreach ((object key, object? item) in entries)
        {
            if (key is not string name)
                throw new ChatTemplateException($"a map key must be text; a {key.GetType().Name} is not");
            map.Set(StringValue.Of(name), FromObject(item, depth + 1));
        }
        return map;
    }

    private static void CheckDepth(int depth)
    {
        if (depth > MaxDepth)
            throw new ChatTemplateLimitException(ChatTemplateLimit.Depth, $"the input nests deeper than {MaxDepth} levels");
    }
}
