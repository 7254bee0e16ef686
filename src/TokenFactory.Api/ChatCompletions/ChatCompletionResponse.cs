using System.Text.Json.Serialization;
using TokenFactory.Api.Dialects;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>The answers to a conversation.</summary>
/// <param name="Id">Names the answer in logs and queues.</param>
/// <param name="Created">When, in Unix seconds.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Choices">The answers, <c>n</c> of them.</param>
/// <param name="Usage">Tokens used.</param>
public sealed record ChatCompletionResponse(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("choices")] IReadOnlyList<ChatChoice> Choices,
    [property: JsonPropertyName("usage")] Usage Usage)
{
    /// <summary>Always <c>chat.completion</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "chat.completion";

    /// <summary>The tier that it was answered in; absent where none was asked for.</summary>
    [JsonPropertyName("service_tier")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceTier { get; init; }
}

/// <summary>One answer.</summary>
/// <param name="Index">Its place among the answers.</param>
/// <param name="Message">What the assistant says.</param>
/// <param name="Logprobs">Log probabilities of its tokens, where asked for.</param>
/// <param name="FinishReason"><c>stop</c>, <c>tool_calls</c> where it calls tools, or <c>length</c> where the token limit or the context ended it.</param>
public sealed record ChatChoice(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("message")] AssistantMessage Message,
    [property: JsonPropertyName("logprobs")] ChatLogprobs? Logprobs,
    [property: JsonPropertyName("finish_reason")] string FinishReason);

/// <summary>What the assistant says.</summary>
/// <param name="Content">Its text; null where it only calls tools.</param>
public sealed record AssistantMessage([property: JsonPropertyName("content")] string? Content)
{
    /// <summary>Always <c>assistant</c>.</summary>
    [JsonPropertyName("role")]
    public string Role => "assistant";

    /// <summary>What it thought; absent where nothing was set apart.</summary>
    [JsonPropertyName("reasoning_content")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningContent { get; init; }

    /// <summary>The tools that it calls; absent where it calls none.</summary>
    [JsonPropertyName("tool_calls")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>Always null: no model here refuses apart from its text.</summary>
    [JsonPropertyName("refusal")]
    public string? Refusal => null;

    internal static AssistantMessage Of(AnswerMessage message) => new(message is { Content: "", Calls.Count: > 0 } ? null : message.Content)
    {
        ReasoningContent = message.Reasoning,
        ToolCalls = message.Calls.Count > 0 ? [.. message.Calls.Select(call => new ToolCall(call.Id, new FunctionCall(call.Name, call.Arguments)))] : null,
    };
}

/// <summary>A call of a tool.</summary>
/// <param name="Id">Names it, for its result.</param>
/// <param name="Function">What is called.</param>
public sealed record ToolCall([property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("function")] FunctionCall Function)
{
    /// <summary>Always <c>function</c>.</summary>
    [JsonPropertyName("type")]
    public string Type => "function";
}

/// <summary>A function and what it is called with.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">JSON as text, as the model wrote it: mostly an object, but nothing makes sure of it.</param>
public sealed record FunctionCall([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("arguments")] string Arguments);
