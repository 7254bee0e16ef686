using System.Text.Json.Nodes;
using Json.Schema;

namespace TokenFactory.Tests.Shared.Contract;

/// <summary>Judges recorded exchanges by the schemas of the description.</summary>
/// <param name="description">The description.</param>
/// <param name="deviations">What may differ.</param>
internal sealed class ContractValidator(OpenApiDescription description, IEnumerable<Deviation> deviations)
{
    private const string Error = "ErrorResponse";
    private const int MostFindings = 12;

    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, EvaluateAs = SpecVersion.Draft202012 };

    private readonly Deviation[] _deviations = [.. deviations];
    private readonly Dictionary<string, JsonSchema> _schemas = [];

    /// <summary>What is wrong with an exchange's answer, in words; nothing where it is as described.</summary>
    public IEnumerable<string> Check(Exchange exchange)
    {
        foreach ((string schema, JsonNode value) in PartsOf(exchange))
        {
            foreach (string finding in Check(schema, value))
            {
                yield return $"{exchange}: {schema}{finding}\n  {value.ToJsonString()}";
            }
        }
    }

    /// <summary>What is wrong with a value, each as its place and what is said of it.</summary>
    public IEnumerable<string> Check(string schema, JsonNode value)
    {
        if (!_schemas.TryGetValue(schema, out JsonSchema? known))
        {
            known = JsonSchema.FromText(new SchemaTranslation(description).Translate(schema, _deviations).ToJsonString());
            _schemas.Add(schema, known);
        }
        EvaluationResults results = known.Evaluate(value, Options);
        return results.IsValid
            ? []
            : results.Details.Where(detail => detail is { IsValid: false, HasErrors: true }).Take(MostFindings)
                .SelectMany(detail => detail.Errors!.Select(error => $" at {detail.InstanceLocation}: {error.Value}"));
    }

    /// <summary>The values of an answer with the schema of each: a body is one, a stream one an event, an answer file of a batch one a line.</summary>
    public IEnumerable<(string Schema, JsonNode Value)> PartsOf(Exchange exchange)
    {
        string path = exchange.Path["/v1".Length..];
        if (exchange.Status >= 400)
        {
            // The description gives errors a schema and, save for few, says of no operation that it answers with it.
            return [(Error, JsonNode.Parse(exchange.Body)!)];
        }
        if (path.EndsWith("/content", StringComparison.Ordinal))
        {
            return exchange.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["response"]?["body"]).OfType<JsonNode>().Select(body => (SchemaOfLine(body), body));
        }
        if (description.AnswerOf(exchange.Method, path, exchange.Status, exchange.MediaType) is not { } schema)
        {
            return [];
        }
        return exchange.MediaType == "text/event-stream" ? EventsOf(exchange.Body).Select(data => (schema, data)) : [(schema, JsonNode.Parse(exchange.Body)!)];
    }

    private static string SchemaOfLine(JsonNode body) => body["object"]?.GetValue<string>() switch
    {
        "chat.completion" => "CreateChatCompletionResponse",
        "text_completion" => "CreateCompletionResponse",
        "response" => "Response",
        "list" => "CreateEmbeddingResponse",
        _ => Error,
    };

    /// <summary>The data of the events; the mark of the end is none.</summary>
    private static IEnumerable<JsonNode> EventsOf(string body) => body
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(one => string.Concat(one.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..])))
        .Where(data => data is not ("" or "[DONE]"))
        .Select(data => JsonNode.Parse(data)!);
}
