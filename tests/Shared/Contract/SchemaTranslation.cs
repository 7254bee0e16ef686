using System.Text.Json.Nodes;

namespace TokenFactory.Tests.Shared.Contract;

/// <summary>
/// Makes a JSON Schema of draft 2020-12 of a schema in the description and all that it refers to. Every keyword there is has its
/// treatment here; an unknown one fails, because to pass over it might let anything through.
/// </summary>
/// <param name="description">Where schemas are.</param>
internal sealed class SchemaTranslation(OpenApiDescription description)
{
    private const string Prefix = "#/components/schemas/";

    /// <summary>What means the same in both, with a value that holds no schema.</summary>
    private static readonly HashSet<string> Same =
        ["type", "enum", "const", "required", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "minProperties", "maxProperties", "uniqueItems"];

    /// <summary>What means the same in both, with a schema, or a list of them.</summary>
    private static readonly HashSet<string> Nesting = ["items", "anyOf", "oneOf", "allOf", "not", "additionalProperties", "propertyNames"];

    /// <summary>
    /// What says nothing about validity. <c>discriminator</c> is a hint which of the <c>oneOf</c> beside it to try: they tell themselves apart by
    /// constants. <c>format</c> is an annotation in 2020-12, and OpenAI's own (<c>unixtime</c>) are unknown to any validator.
    /// </summary>
    private static readonly HashSet<string> Annotations =
        ["description", "title", "default", "example", "examples", "deprecated", "discriminator", "format", "readOnly", "writeOnly", "externalDocs", "$recursiveAnchor"];

    private readonly HashSet<string> _wanted = [];
    private readonly Queue<string> _waiting = new();

    public static string NameOf(string reference) =>
        reference.StartsWith(Prefix, StringComparison.Ordinal) ? reference[Prefix.Length..] : throw new NotSupportedException($"reference to {reference}");

    /// <summary>The schema with everything that it refers to.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="deviations">Places that may also be of another type.</param>
    public JsonObject Translate(string name, IEnumerable<Deviation> deviations)
    {
        ILookup<string, Deviation> bySchema = deviations.ToLookup(deviation => deviation.Schema);
        JsonObject definitions = [];
        Refer(name);
        while (_waiting.TryDequeue(out string? next))
        {
            JsonNode schema = description.Schema(next).DeepClone();
            foreach (Deviation deviation in bySchema[next])
            {
                deviation.Apply(schema);
            }
            definitions[next] = Translate(schema, next);
        }
        return new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$ref"] = $"#/$defs/{name}", ["$defs"] = definitions };
    }

    private JsonNode Translate(JsonNode schema, string within)
    {
        if (schema is not JsonObject source)
        {
            return schema.DeepClone();
        }
        JsonObject made = [];
        foreach ((string keyword, JsonNode? value) in source)
        {
            switch (keyword)
            {
                case "$ref":
                    made["$ref"] = Refer(NameOf(value!.GetValue<string>()));
                    break;

                // The draft before 2020-12: the schema that it stands in.
                case "$recursiveRef":
                    made["$ref"] = Refer(within);
                    break;
                case "properties":
                    made[keyword] = new JsonObject(value!.AsObject().Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Translate(property.Value!, within))));
                    break;
                case "nullable":
                    break;
                case not null when Nesting.Contains(keyword):
                    made[keyword] = value is JsonArray list ? new JsonArray([.. list.Select(one => Translate(one!, within))]) : Translate(value!, within);
                    break;
                case not null when Same.Contains(keyword):
                    made[keyword] = value?.DeepClone();
                    break;
                default:
                    Pass(keyword!, within);
                    break;
            }
        }

        // OpenAPI 3.0's word, which 3.1 dropped and the description still uses.
        return source["nullable"]?.GetValue<bool>() == true ? Deviation.Or(made, "null") : made;
    }

    private static void Pass(string keyword, string within)
    {
        if (!Annotations.Contains(keyword) && !keyword.StartsWith("x-", StringComparison.Ordinal))
        {
            throw new NotSupportedException($"keyword {keyword} in {within}");
        }
    }

    private string Refer(string name)
    {
        if (_wanted.Add(name))
        {
            _waiting.Enqueue(name);
        }
        return $"#/$defs/{name}";
    }
}
