using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Api.Dialects;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Messages;

/// <summary>An answer in Anthropic's form.</summary>
/// <param name="Id">Names the answer in logs and queues.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Content">Its parts in order: thinking, text, calls of tools. Empty where a stream begins.</param>
/// <param name="StopReason"><c>end_turn</c>, <c>max_tokens</c>, <c>stop_sequence</c> or <c>tool_use</c>; null where a stream begins.</param>
/// <param name="StopSequence">The stop sequence that ended it, or null.</param>
/// <param name="Usage">Tokens used.</param>
public sealed record MessagesResponse(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("content")] IReadOnlyList<ContentBlock> Content,
    [property: JsonPropertyName("stop_reason")] string? StopReason,
    [property: JsonPropertyName("stop_sequence")] string? StopSequence,
    [property: JsonPropertyName("usage")] MessagesUsage Usage)
{
    /// <summary>Always <c>message</c>.</summary>
    [JsonPropertyName("type")]
    public string Type => "message";

    /// <summary>Always <c>assistant</c>.</summary>
    [JsonPropertyName("role")]
    public string Role => "assistant";
}

/// <summary>One part of an answer; what is absent is not of its type.</summary>
/// <param name="Type"><c>thinking</c>, <c>text</c> or <c>tool_use</c>.</param>
public sealed record ContentBlock([property: JsonPropertyName("type")] string Type)
{
    /// <summary>What the model says.</summary>
    [JsonPropertyName("text")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>What it thinks.</summary>
    [JsonPropertyName("thinking")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thinking { get; init; }

    /// <summary>Always empty: thoughts are not signed here.</summary>
    [JsonPropertyName("signature")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Signature { get; init; }

    /// <summary>Names a call, for its result.</summary>
    [JsonPropertyName("id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The tool that is called.</summary>
    [JsonPropertyName("name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>What it is called with: an object, or where the model wrote no valid JSON object, its text as a string.</summary>
    [JsonPropertyName("input")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Input { get; init; }

    internal static IReadOnlyList<ContentBlock> ListOf(AnswerMessage message)
    {
        List<ContentBlock> blocks = [];
        if (message.Reasoning is { } reasoning)
        {
            blocks.Add(new ContentBlock("thinking") { Thinking = reasoning, Signature = "" });
        }
        if (message.Content is { Length: > 0 } text)
        {
            blocks.Add(new ContentBlock("text") { Text = text });
        }
        blocks.AddRange(message.Calls.Select(call => new ContentBlock("tool_use") { Id = call.Id, Name = call.Name, Input = InputOf(call.Arguments) }));
        return blocks;
    }

    private static JsonElement InputOf(string arguments)
    {
        try
        {
            if (arguments.Length == 0)
            {
                return JsonElement.Parse("{}"u8);
            }
            JsonElement input = JsonElement.Parse(arguments);
            if (input.ValueKind == JsonValueKind.Object)
            {
                return input;
            }
        }
        catch (JsonException)
        {
            // The client gets what the model wrote, and can see that it is no object.
        }
        return JsonSerializer.SerializeToElement(arguments, ApiJson.Context.String);
    }
}

/// <summary>Tokens that a request used, in Anthropic's way of counting.</summary>
/// <param name="InputTokens">Tokens of the prompt that had to be computed.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="CacheReadInputTokens">Tokens of the prompt whose keys and values were in the cache.</param>
public sealed record MessagesUsage(
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("output_tokens")] long OutputTokens,
    [property: JsonPropertyName("cache_read_input_tokens")] long CacheReadInputTokens)
{
    /// <summary>Always 0: what is put into the cache costs nothing of its own.</summary>
    [JsonPropertyName("cache_creation_input_tokens")]
    public long CacheCreationInputTokens => 0;

    internal static MessagesUsage Of(GenerationOutcome outcome) =>
        new(outcome.PromptTokens - outcome.CachedTokens, outcome.GeneratedTokens, outcome.CachedTokens);
}

/// <summary>How long a prompt is.</summary>
/// <param name="InputTokens">Its tokens.</param>
public sealed record TokenCount([property: JsonPropertyName("input_tokens")] long InputTokens);
