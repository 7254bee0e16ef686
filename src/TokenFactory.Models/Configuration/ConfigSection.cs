using System.Collections.Immutable;
using System.Text.Json;

namespace TokenFactory.Models.Configuration;

/// <summary>One JSON object of a configuration file, read field by field; every complaint names file and field.</summary>
internal sealed class ConfigSection
{
    /// <summary>A configuration file larger than this is not one.</summary>
    private const long MaxFileBytes = 16 << 20;

    private readonly JsonElement _element;
    private readonly string _prefix;

    private ConfigSection(string file, JsonElement element, string prefix)
    {
        File = file;
        _element = element;
        _prefix = prefix;
    }

    public string File { get; }

    public static ConfigSection Load(string file) => Parse(file, ReadAll(file));

    /// <summary>The objects of a file that is an array of them.</summary>
    public static ImmutableArray<ConfigSection> LoadList(string file)
    {
        JsonElement list = ParseRoot(file, ReadAll(file), JsonValueKind.Array, "an array");
        return
        [
            .. list.EnumerateArray().Select((item, index) => item.ValueKind == JsonValueKind.Object
                ? new ConfigSection(file, item, $"[{index}].")
                : throw new ModelFormatException(file, $"[{index}]", $"is {Kind(item)}; expected an object")),
        ];
    }

    public static ConfigSection Parse(string file, ReadOnlyMemory<byte> json) => new(file, ParseRoot(file, json, JsonValueKind.Object, "an object"), "");

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Names of all members.</summary>
    public IEnumerable<string> Names() => _element.EnumerateObject().Select(member => member.Name);

    public ConfigSection? Section(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Object
            ? new ConfigSection(File, value, Path(name) + ".")
            : throw Wrong(name, $"is {Kind(value)}; expected an object");
    }

    /// <summary>All members that are objects.</summary>
    public IEnumerable<ConfigSection> Sections() => _element.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object).Select(member => Section(member.Name)!);

    public int Int(string name, int min = 1, int max = int.MaxValue) =>
        IntOrNull(name, min, max) ?? throw Wrong(name, "is missing; expected an integer");

    public int Int(string name, int min, int max, int fallback) => IntOrNull(name, min, max) ?? fallback;

    public int? IntOrNull(string name, int min = 1, int max = int.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || number != Math.Floor(number))
        {
            throw Wrong(name, $"is {Kind(value)}; expected an integer");
        }
        return number >= min && number <= max ? (int)number : throw Wrong(name, $"is {value}; expected {min} to {max}");
    }

    public double Number(string name, double? fallback = null) =>
        NumberOrNull(name) ?? fallback ?? throw Wrong(name, "is missing; expected a number");

    public double? NumberOrNull(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(name, $"is {Kind(value)}; expected a finite number");
    }

    /// <summary>A number above zero.</summary>
    public double Positive(string name, double? fallback = null)
    {
        double number = Number(name, fallback);
        return number > 0 ? number : throw Wrong(name, $"is {number}; expected a number above 0");
    }

    public float? PositiveOrNull(string name) => Has(name) ? (float)Positive(name) : null;

    public bool Bool(string name, bool fallback) => BoolOrNull(name) ?? fallback;

    public bool? BoolOrNull(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(name, $"is {Kind(value)}; expected true or false"),
    };

    public string? StringOrNull(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Wrong(name, $"is {Kind(value)}; expected a string"),
    };

    public ImmutableArray<string> Strings(string name) =>
        Array(name, "strings", value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    public ImmutableArray<double> Numbers(string name) =>
        Array<double>(name, "numbers", value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double n) ? n : null);

    /// <summary>A field that holds one integer or a list of them; empty where absent.</summary>
    public ImmutableArray<int> IntOrInts(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } => Array<int>(name, "integers", v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out int n) ? n : null),
        _ => [Int(name, 0)],
    };

    public ModelFormatException Wrong(string name, string problem) => new(File, Path(name), problem);

    private ImmutableArray<T> Array<T>(string name, string what, Func<JsonElement, T?> read) where T : struct =>
        Array(name, what, value => read(value) is { } item ? new Box<T>(item) : null).Select(box => box.Value).ToImmutableArray();

    private ImmutableArray<T> Array<T>(string name, string what, Func<JsonElement, T?> read) where T : class
    {
        if (Find(name) is not { } value)
        {
            return [];
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, $"is {Kind(value)}; expected an array of {what}");
        }
        return [.. value.EnumerateArray().Select(item => read(item) ?? throw Wrong(name, $"holds {Kind(item)}; expected {what}"))];
    }

    // An explicit null counts as absent: Hugging Face writes both for "no value".
    private JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static byte[] ReadAll(string file)
    {
        FileInfo info = new(file);
        if (!info.Exists)
        {
            throw new ModelFormatException(file, null, "the file is missing; a model folder in Hugging Face layout has it");
        }
        if (info.Length > MaxFileBytes)
        {
            throw new ModelFormatException(file, null, $"the file has {info.Length} bytes; a configuration has at most {MaxFileBytes}");
        }
        return System.IO.File.ReadAllBytes(file);
    }

    private static JsonElement ParseRoot(string file, ReadOnlyMemory<byte> json, JsonValueKind kind, string expected)
    {
        try
        {
            ReadOnlySpan<byte> span = json.Span;
            int start = span.StartsWith("\uFEFF"u8) ? 3 : 0;
            using JsonDocument document = JsonDocument.Parse(json[start..]);
            if (document.RootElement.ValueKind != kind)
            {
                throw new ModelFormatException(file, null, $"the top level is {Kind(document.RootElement)}; expected {expected}");
            }
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(file, null, $"not valid JSON: {e.Message}", e);
        }
    }

    private string Path(string name) => _prefix + name;

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => $"the number {value}",
        _ => $"the text \"{Shorten(value.GetString() ?? "")}\"",
    };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private sealed record Box<T>(T Value);
}
