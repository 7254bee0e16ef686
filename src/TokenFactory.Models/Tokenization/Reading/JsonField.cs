using System.Text.Json;

namespace TokenFactory.Models.Tokenization.Reading;

/// <summary>A JSON value that knows its file and path, so that every misfit is reported with both.</summary>
internal readonly struct JsonField
{
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly string _owner;
    private readonly int _index;

    private JsonField(JsonElement element, string file, string owner, int index = -1)
    {
        _element = element;
        _file = file;
        _owner = owner;
        _index = index;
    }

    /// <summary>The path from the top of the file, such as <c>decoder.decoders[1]</c>.</summary>
    public string Path => _index < 0 ? _owner : $"{_owner}[{_index}]";

    /// <summary>False for an absent property and for a JSON null.</summary>
    public bool IsPresent => _element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    public bool IsString => _element.ValueKind == JsonValueKind.String;

    public bool IsArray => _element.ValueKind == JsonValueKind.Array;

    /// <summary>The number of entries of an array or object, to size collections by.</summary>
    public int Count => IsArray ? _element.GetArrayLength() : IsObject ? _element.GetPropertyCount() : 0;

    /// <summary>The property <paramref name="name"/>; absent where this value has none.</summary>
    public JsonField this[string name] => new(
        IsObject && _element.TryGetProperty(name, out JsonElement value) ? value : default,
        _file,
        Path.Length == 0 ? name : $"{Path}.{name}");

    /// <summary>Parses a whole file.</summary>
    /// <exception cref="TokenizerFormatException">The file cannot be read or is not UTF-8 JSON with an object at the top.</exception>
    public static JsonField Open(string file, out JsonDocument document)
    {
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(file).AsMemory());
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(file, "", $"is not valid JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException(file, "", $"cannot be read: {exception.Message}", exception);
        }
        JsonField top = new(document.RootElement, file, "");
        return top.IsObject ? top : throw top.Error("holds no JSON object");
    }

    public TokenizerFormatException Error(string problem, Exception? inner = null) => new(_file, Path, problem, inner);

    public string Text()
    {
        if (!IsString)
            throw Error(IsPresent ? "must be a string" : "is missing; a string is needed");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw Error("holds invalid UTF-8 or half a surrogate pair", exception);
        }
    }

    public string? TextOrNull() => IsPresent ? Text() : null;

    public bool Flag(bool fallback) => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ when !IsPresent => fallback,
        _ => throw Error("must be true or false"),
    };

    /// <summary>An integer from 0 to <paramref name="most"/>.</summary>
    public int Integer(int most)
    {
        if (_element.ValueKind != JsonValueKind.Number || !_element.TryGetInt64(out long value) || value < 0 || value > most)
            throw Error($"must be a whole number from 0 to {most}");
        return (int)value;
    }

    /// <summary>The entries of an array.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (!IsArray)
            throw Error(IsPresent ? "must be an array" : "is missing; an array is needed");
        string path = Path;
        int index = 0;
        foreach (JsonElement item in _element.EnumerateArray())
            yield return new JsonField(item, _file, path, index++);
    }

    /// <summary>The properties of an object, in file order; a property's <see cref="Path"/> is that of the object.</summary>
    public IEnumerable<(string Name, JsonField Value)> Properties()
    {
        if (!IsObject)
            throw Error(IsPresent ? "must be an object" : "is missing; an object is needed");
        string path = Path;
        foreach (JsonProperty property in _element.EnumerateObject())
            yield return (NameOf(property), new JsonField(property.Value, _file, path));
    }

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw Error("has a key with invalid UTF-8 or half a surrogate pair", exception);
        }
    }
}
