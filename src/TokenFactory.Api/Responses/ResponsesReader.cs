using System.Text.Json;
using TokenFactory.Api.Administration;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Requests;

namespace TokenFactory.Api.Responses;

/// <summary>Reads a request for a response from its body. What a chat completion has too is left to its reader, to which it is translated.</summary>
internal static class ResponsesReader
{
    private const string Logprobs = "message.output_text.logprobs";

    private static readonly JsonElement PlainText = JsonElement.Parse("{\"type\":\"text\"}"u8);

    /// <summary>What may be included. Of these only log probabilities exist here; the others belong to tools and contents that are refused, or to reasoning that is not hidden.</summary>
    private static readonly string[] Includables =
    [
        Logprobs, "reasoning.encrypted_content", "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
        "message.input_image.image_url", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    private static readonly string[] Summaries = ["auto", "concise", "detailed"];

    /// <exception cref="ApiException">A field is malformed, or asks for what is not supported.</exception>
    public static ResponsesRequest Read(JsonFields fields)
    {
        UnsupportedFields.RefuseInResponses(fields);
        bool stream = fields.Flag("stream") ?? false;
        bool background = fields.Flag("background") ?? false;
        bool store = fields.Flag("store") ?? true;
        if (background && !store)
        {
            throw ApiException.Invalid("background needs store: nobody could ask for the response. Leave store out.", "background");
        }
        GenerateFields.FindStreamOptions(fields, stream)?.Flag("include_obfuscation");
        ResponseTool[] tools = fields.List("tools", ReadTool) ?? [];
        bool wantsLogprobs = ReadIncluded(fields.List("include", JsonFields.Text)).Contains(Logprobs);
        return new ResponsesRequest
        {
            Stream = stream,
            Background = background,
            Store = store,
            PreviousId = fields.Text("previous_response_id"),
            Instructions = fields.Text("instructions"),
            Tools = tools,
            ToolChoice = ResponsesToolChoice.Read(fields, tools),
            ParallelToolCalls = fields.Flag("parallel_tool_calls") ?? true,
            MaxOutputTokens = GenerateFields.AtLeastOne("max_output_tokens", fields.Integer("max_output_tokens")),
            MaxToolCalls = GenerateFields.AtLeastOne("max_tool_calls", fields.Integer("max_tool_calls")),
            Format = ReadFormat(fields),
            Effort = ReadEffort(fields),
            WantsLogprobs = wantsLogprobs,
            TopLogprobs = ReadTopLogprobs(fields, wantsLogprobs),
            Truncates = ReadTruncation(fields.Text("truncation")),
            Metadata = ReadMetadata(fields),
            User = fields.Text("user"),
            SafetyIdentifier = fields.Text("safety_identifier"),
            PromptCacheKey = fields.Text("prompt_cache_key"),
        };
    }

    /// <summary>What is to be included, each of it known.</summary>
    public static string[] ReadIncluded(IEnumerable<string?>? names) => [.. (names ?? []).Select(name => Includables.Contains(name)
        ? name!
        : throw ApiException.Invalid($"include may hold {string.Join(", ", Includables)}, and nothing else.", "include"))];

    private static ResponseTool ReadTool(JsonElement tool, string place)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(place, "an object with type and name", tool);
        }
        JsonFields fields = new(tool, place + ".");
        string type = fields.Text("type") ?? throw ApiException.Invalid($"{place}.type is missing; it must be \"function\".", "tools");
        if (type != "function")
        {
            throw ApiException.Invalid($"{place} is of type {AdminPaths.Shown(type)}; only tools of type function are supported.", "tools", "unsupported_tool");
        }
        return new ResponseTool(
            fields.Text("name") ?? throw ApiException.Invalid($"{place}.name is missing.", "tools"),
            fields.Text("description"),
            fields.Object("parameters") is null ? null : fields.Find("parameters")!.Value.Clone(),
            fields.Flag("strict") ?? false);
    }

    private static JsonElement ReadFormat(JsonFields fields)
    {
        if (fields.Object("text") is not { } text)
        {
            return PlainText;
        }
        if (text.Text("verbosity") is { } verbosity and not "medium")
        {
            throw verbosity is "low" or "high"
                ? ApiException.Invalid("text.verbosity is not supported by this server: no model here knows it. Leave it out.", "text", "unsupported_parameter")
                : ApiException.Invalid("text.verbosity must be low, medium or high.", "text");
        }
        if (text.Object("format") is not { } format)
        {
            return PlainText;
        }
        if (format.Text("type") == "json_schema" && format.Text("name") is null)
        {
            throw ApiException.Invalid("text.format.name is missing.", "text");
        }
        return text.Find("format")!.Value.Clone();
    }

    private static string? ReadEffort(JsonFields fields)
    {
        if (fields.Object("reasoning") is not { } reasoning)
        {
            return null;
        }
        foreach (string name in new[] { "summary", "generate_summary" })
        {
            if (reasoning.Text(name) is { } summary && !Summaries.Contains(summary))
            {
                throw ApiException.Invalid($"reasoning.{name} must be {string.Join(", ", Summaries)}.", "reasoning");
            }
        }
        if (reasoning.Text("context") is { } context and not "auto")
        {
            throw ApiException.Invalid(
                $"reasoning.context {AdminPaths.Shown(context)} is not supported by this server: the chat template says which reasoning stays. Leave it out.", "reasoning", "unsupported_parameter");
        }
        if (reasoning.Text("mode") is { } mode and not "standard")
        {
            throw ApiException.Invalid($"reasoning.mode {AdminPaths.Shown(mode)} is not supported by this server. Leave it out.", "reasoning", "unsupported_parameter");
        }
        return reasoning.Text("effort");
    }

    private static int ReadTopLogprobs(JsonFields fields, bool wantsLogprobs)
    {
        int top = fields.Integer("top_logprobs") ?? 0;
        return top == 0 || wantsLogprobs ? top : throw ApiException.Invalid($"top_logprobs needs include to hold {Logprobs}.", "top_logprobs");
    }

    private static bool ReadTruncation(string? truncation) => truncation switch
    {
        null or "disabled" => false,
        "auto" => true,
        _ => throw ApiException.Invalid("truncation must be auto or disabled.", "truncation"),
    };

    private static Dictionary<string, string> ReadMetadata(JsonFields fields)
    {
        Dictionary<string, string> metadata = [];
        if (fields.Object("metadata") is { } given)
        {
            foreach (JsonProperty pair in given.Enumerate())
            {
                metadata[pair.Name] = JsonFields.Text(pair.Value, given.PathOf(pair.Name));
            }
        }
        return metadata;
    }
}
