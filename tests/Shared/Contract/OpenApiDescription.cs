using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TokenFactory.Tests.Shared.Contract;

/// <summary>OpenAI's published description as JSON. It is read once a process: it has 87,000 lines.</summary>
internal sealed class OpenApiDescription
{
    private const string Place = "conformance/openai-openapi.yaml";

    private static readonly Lazy<OpenApiDescription?> Published = new(() => SharedData.Find(Place) is { } file ? Read(file) : null);

    /// <summary>Answers that the description has in its texts and not among its contents.</summary>
    private static readonly Dictionary<(string Method, string Path, string MediaType), string?> OnlyInWords = new()
    {
        // "Both the streamed and non-streamed response objects share the same shape."
        [("POST", "/completions", "text/event-stream")] = "CreateCompletionResponse",

        // With the query's stream, "the model response data will be streamed to the client as it is generated".
        [("GET", "/responses/{response_id}", "text/event-stream")] = "ResponseStreamEvent",
        [("DELETE", "/responses/{response_id}", "application/json")] = null,
    };

    private readonly JsonObject _paths;
    private readonly JsonObject _schemas;

    private OpenApiDescription(JsonObject document)
    {
        _paths = document["paths"]!.AsObject();
        _schemas = document["components"]!["schemas"]!.AsObject();
    }

    /// <summary>The description; skips the calling test where it is not beside the checkout.</summary>
    public static OpenApiDescription Require()
    {
        SharedData.Require(Place);
        return Published.Value!;
    }

    /// <summary>The description; null where it is not beside the checkout.</summary>
    public static OpenApiDescription? Find() => Published.Value;

    /// <summary>A named schema, as it stands there.</summary>
    public JsonNode Schema(string name) => _schemas[name] ?? throw new KeyNotFoundException($"the description has no schema {name}");

    /// <summary>The name of the schema of what an operation answers; null where it says that there is an answer and not which; fails where it has no such answer.</summary>
    /// <param name="method">The method, for instance <c>POST</c>.</param>
    /// <param name="path">The path below <c>/v1</c>, with what stands for its parameters.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="mediaType">The media type of the answer.</param>
    public string? AnswerOf(string method, string path, int status, string mediaType)
    {
        (string template, JsonNode? operation) = Operation(method, path);
        if (OnlyInWords.TryGetValue((method, template, mediaType), out string? schema))
        {
            return schema;
        }
        string reference = operation?["responses"]?[$"{status}"]?["content"]?[mediaType]?["schema"]?["$ref"]?.GetValue<string>()
            ?? throw new KeyNotFoundException($"the description does not say what {method} {path} answers with {status} as {mediaType}");
        return SchemaTranslation.NameOf(reference);
    }

    private (string Template, JsonNode? Operation) Operation(string method, string path)
    {
        string[] segments = path.Split('/');
        return _paths
            .Where(known => IsOf(known.Key.Split('/'), segments))
            .OrderBy(known => known.Key.Count(letter => letter == '{'))
            .Select(known => (known.Key, known.Value![method.ToLowerInvariant()]))
            .FirstOrDefault((path, null));
    }

    private static bool IsOf(string[] template, string[] segments) =>
        template.Length == segments.Length && template.Zip(segments).All(pair => pair.First == pair.Second || (pair.First.StartsWith('{') && pair.First.EndsWith('}')));

    private static OpenApiDescription Read(string file)
    {
        // Lines of spaces alone begin some blocks of example code, which the reader refuses and no schema has.
        using StringReader reader = new(string.Join('\n', File.ReadLines(file).Select(line => line.TrimEnd(' '))));
        YamlStream yaml = [];
        yaml.Load(reader);
        return new OpenApiDescription(ToJson(yaml.Documents[0].RootNode)!.AsObject());
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, ToJson(child.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode scalar => ToJson(scalar),
        _ => throw new NotSupportedException($"{node.NodeType} at {node.Start}"),
    };

    /// <summary>By the core schema of YAML 1.2: only plain scalars are anything but strings.</summary>
    private static JsonValue? ToJson(YamlScalarNode scalar)
    {
        string text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }
        return text switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }
}
