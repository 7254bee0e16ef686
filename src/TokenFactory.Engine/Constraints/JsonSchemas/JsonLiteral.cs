using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>Values that a schema spells out: when they are equal, and how they are written.</summary>
internal static class JsonLiteral
{
    /// <summary>Whether two values are the same to JSON Schema: numbers by value, objects whatever the order of their members.</summary>
    public static bool AreEqual(JsonElement left, JsonElement right) => left.ValueKind == right.ValueKind && left.ValueKind switch
    {
        JsonValueKind.Number => JsonNumber.TryParse(left.GetRawText(), out JsonNumber x) && JsonNumber.TryParse(right.GetRawText(), out JsonNumber y)
            ? x.Equals(y)
            : left.GetRawText() == right.GetRawText(),
        JsonValueKind.String => left.GetString() == right.GetString(),
        JsonValueKind.Array => left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second)),
        JsonValueKind.Object => left.EnumerateObject().Count() == right.EnumerateObject().Count()
            && left.EnumerateObject().All(member => right.TryGetProperty(member.Name, out JsonElement other) && AreEqual(member.Value, other)),
        _ => true,
    };

    /// <summary>A value without any space, strings with as few escapes as possible and numbers in plain digits where they are short.</summary>
    public static string Write(JsonElement value)
    {
        StringBuilder text = new();
        Write(value, text);
        return text.ToString();
    }

    /// <summary>A string in quotes, with as few escapes as possible.</summary>
    public static string Quote(string value)
    {
        StringBuilder text = new();
        Quote(value, text);
        return text.ToString();
    }

    private static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteList(value.EnumerateObject(), '{', '}', text, member =>
                {
                    Quote(member.Name, text);
                    text.Append(':');
                    Write(member.Value, text);
                });
                break;
            case JsonValueKind.Array:
                WriteList(value.EnumerateArray(), '[', ']', text, item => Write(item, text));
                break;
            case JsonValueKind.String:
                Quote(value.GetString()!, text);
                break;
            case JsonValueKind.Number:
                text.Append(JsonNumber.TryParse(value.GetRawText(), out JsonNumber number) && Math.Abs(number.Exponent) <= 20 ? number.ToString() : value.GetRawText());
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteList<T>(IEnumerable<T> items, char open, char close, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        bool isFirst = true;
        foreach (T item in items)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            write(item);
        }
        text.Append(close);
    }

    private static void Quote(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (char letter in value)
        {
            if (JsonStringEncoder.ShortEscapeOf(letter) is { } escape)
                text.Append('\\').Append(escape);
            else if (letter < ' ')
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
            else
                text.Append(letter);
        }
        text.Append('"');
    }
}
