using System.Globalization;
using System.Text.Json;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>
/// A JSON object read field by field. A field that is absent or null gives null; one of another type is an
/// <see cref="ApiException"/> that names it, what it must be and what it is.
/// </summary>
/// <param name="element">An object.</param>
/// <param name="path">Where the object stands in the body, with a dot at its end; empty at the root.</param>
internal readonly struct JsonFields(JsonElement element, string path = "")
{
    /// <summary>The field's name within the body.</summary>
    public string PathOf(string name) => path + name;

    /// <summary>The field as it is, or null.</summary>
    public JsonElement? Find(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Find(name) is { } value ? Text(value, PathOf(name)) : null;

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(PathOf(name), "true or false", other),
    };

    public float? Number(string name) => Find(name) is { } value ? Number(value, PathOf(name)) : null;

    public int? Integer(string name) => Find(name) is { } value ? Integer(value, PathOf(name)) : null;

    public long? LongInteger(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long value) => value,
        { } other => throw Wrong(PathOf(name), "a whole number of at most 64 bits", other),
    };

    /// <summary>An object in the field.</summary>
    public JsonFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(value, PathOf(name) + "."),
        { } other => throw Wrong(PathOf(name), "an object", other),
    };

    /// <summary>A list in the field, each element read with its place.</summary>
    public T[]? List<T>(string name, Func<JsonElement, string, T> read) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => List(value, PathOf(name), read),
        { } other => throw Wrong(PathOf(name), "an array", other),
    };

    public JsonElement.ObjectEnumerator Enumerate() => element.EnumerateObject();

    public static T[] List<T>(JsonElement array, string place, Func<JsonElement, string, T> read)
    {
        T[] items = new T[array.GetArrayLength()];
        int index = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            items[index] = read(item, string.Create(CultureInfo.InvariantCulture, $"{place}[{index}]"));
            index++;
        }
        return items;
    }

    public static string Text(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(place, "a string", value);

    public static int Integer(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int integer) ? integer : throw Wrong(place, "a whole number of at most 32 bits", value);

    public static float Number(JsonElement value, string place) =>
        value.ValueKind == JsonValueKind.Number ? value.GetSingle() : throw Wrong(place, "a number", value);

    /// <summary>A value in words, for a message about its type.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.GetRawText() is { Length: <= 40 } digits ? digits : "a very long number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    /// <summary>The error about a value of another type than expected. Its <c>param</c> is the outermost field's name.</summary>
    public static ApiException Wrong(string place, string expected, JsonElement actual) =>
        ApiException.Invalid($"{place} must be {expected}, but it is {Describe(actual)}.", FieldOf(place));

    /// <summary>The name of the outermost field of a place such as <c>messages[2].content</c>.</summary>
    public static string FieldOf(string place)
    {
        int end = place.AsSpan().IndexOfAny('.', '[');
        return end < 0 ? place : place[..end];
    }
}
