using System.Text.Json.Serialization;
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
}

/// <summary>One answer.</summary>
/// <param name="Index">Its place among the answers.</param>
/// <param name="Message">What the assistant says.</param>
/// <param name="Logprobs">Log probabilities of its tokens, where asked for.</param>
/// <param name="FinishReason"><c>stop</c>, or <c>length</c> where the token limit or the context ended it.</param>
public sealed record ChatChoice(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("message")] AssistantMessage Message,
    [property: JsonPropertyName("logprobs")] ChatLogprobs? Logprobs,
    [property: JsonPropertyName("finish_reason")] string FinishReason);

/// <summary>What the assistant says.</summary>
/// <param name="Content">Its text.</param>
public sealed record AssistantMessage([property: JsonPropertyName("content")] string Content)
{
    /// <summary>Always <c>assistant</c>.</summary>
    [JsonPropertyName("role")]
    public string Role => "assistant";

    /// <summary>Always null: no model here refuses apart from its text.</summary>
    [JsonPropertyName("refusal")]
    public string? Refusal => null;
}
