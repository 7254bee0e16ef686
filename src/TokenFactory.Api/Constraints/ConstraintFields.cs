using System.Text;
using System.Text.Json;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Constraints.JsonSchemas;

namespace TokenFactory.Api.Constraints;

/// <summary>
/// Reads the fields that ask for answers of a form: OpenAI's <c>response_format</c>, and vLLM's <c>structured_outputs</c> and <c>guided_*</c>.
/// </summary>
internal static class ConstraintFields
{
    private const string ResponseFormat = "response_format";
    private const string StructuredOutputs = "structured_outputs";
    private const int MostChoices = 1000;

    /// <summary>What is asked for; null where the text is free.</summary>
    /// <exception cref="ApiException">A field is malformed, or two of them ask.</exception>
    public static AskedConstraint? Read(JsonFields fields)
    {
        AskedConstraint? found = null;
        Add(fields.Object(ResponseFormat) is { } format ? ReadFormat(format) : null);
        AddAny(fields, "guided_");
        if (fields.Object(StructuredOutputs) is { } outputs)
        {
            AddAny(outputs, "");
            Add(outputs.Flag("json_object") == true ? AnyObject(StructuredOutputs) : null);
            if (outputs.Find("structural_tag") is not null)
            {
                throw ApiException.Invalid($"{StructuredOutputs}.structural_tag is not supported by this server. Ask for json, regex, choice or grammar.", StructuredOutputs, "unsupported_parameter");
            }
        }
        return found;

        void Add(AskedConstraint? one)
        {
            if (one is not null)
            {
                found = found is null ? one : throw ApiException.Invalid($"{found.Place} and {one.Place} both ask for a form; leave one of them out.", one.Field);
            }
        }

        void AddAny(JsonFields from, string prefix)
        {
            Add(from.Find(prefix + "json") is { } schema ? Schema(from.PathOf(prefix + "json"), schema) : null);
            Add(from.Text(prefix + "regex") is { } pattern ? Asked(from.PathOf(prefix + "regex"), ConstraintLanguage.Regex, pattern) : null);
            Add(from.Text(prefix + "grammar") is { } rules ? Asked(from.PathOf(prefix + "grammar"), ConstraintLanguage.Grammar, rules) : null);
            Add(from.List(prefix + "choice", JsonFields.Text) is { } choices ? Choice(from.PathOf(prefix + "choice"), choices) : null);
        }
    }

    private static AskedConstraint? ReadFormat(JsonFields format) => format.Text("type") switch
    {
        "text" => null,
        "json_object" => AnyObject(ResponseFormat),
        "json_schema" => ReadSchema(format.Object("json_schema") ?? throw ApiException.Invalid("response_format.json_schema is missing.", ResponseFormat)),
        null => throw ApiException.Invalid("response_format.type is missing; it must be text, json_object or json_schema.", ResponseFormat),
        { } other => throw ApiException.Invalid($"response_format.type is \"{Shorten(other)}\"; it must be text, json_object or json_schema.", ResponseFormat),
    };

    private static AskedConstraint ReadSchema(JsonFields named)
    {
        const string Place = "response_format.json_schema.schema";
        JsonElement schema = named.Find("schema") ?? throw ApiException.Invalid($"{Place} is missing.", ResponseFormat);
        return named.Flag("strict") == true ? StrictlySchema(ResponseFormat, Place, schema) : Schema(Place, schema);
    }

    /// <summary>A schema that is also held to the rules of OpenAI's strict mode.</summary>
    /// <exception cref="ApiException">It breaks them; names the place in it.</exception>
    public static AskedConstraint StrictlySchema(string field, string place, JsonElement schema)
    {
        try
        {
            StrictSchema.Check(schema);
        }
        catch (ConstraintException broken)
        {
            throw ApiException.Invalid($"{place} at {(broken.Path.Length == 0 ? "/" : broken.Path)}: {broken.Problem}, or set strict to false.", field, "invalid_json_schema");
        }
        return Schema(place, schema);
    }

    /// <summary>Any JSON object.</summary>
    public static AskedConstraint AnyObject(string field) => Asked(field, ConstraintLanguage.JsonObject, "");

    // Some clients send the schema as a text that holds it.
    private static AskedConstraint Schema(string place, JsonElement schema) =>
        Asked(place, ConstraintLanguage.JsonSchema, schema.ValueKind == JsonValueKind.String ? schema.GetString()! : schema.GetRawText());

    private static AskedConstraint Asked(string place, ConstraintLanguage language, string text) => new(JsonFields.FieldOf(place), place, new ConstraintSource(language, text));

    private static AskedConstraint Choice(string place, string[] choices)
    {
        if (choices.Length is 0 or > MostChoices || choices.Contains(""))
        {
            throw ApiException.Invalid($"{place} must hold 1 to {MostChoices} texts, none of them empty.", JsonFields.FieldOf(place));
        }
        StringBuilder expression = new();
        foreach (string choice in choices.Distinct())
        {
            expression.Append(expression.Length == 0 ? "" : "|");
            foreach (char letter in choice)
            {
                expression.Append(letter < 128 && !char.IsLetterOrDigit(letter) ? $"\\x{(int)letter:x2}" : letter.ToString());
            }
        }
        return Asked(place, ConstraintLanguage.Regex, expression.ToString());
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
