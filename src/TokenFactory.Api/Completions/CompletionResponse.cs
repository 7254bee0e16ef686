using System.Text.Json.Serialization;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.Completions;

/// <summary>The continuations of prompts.</summary>
/// <param name="Id">Names the answer in logs and queues.</param>
/// <param name="Created">When, in Unix seconds.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Choices">The continuations: <c>n</c> for the first prompt, then <c>n</c> for the second, and so on.</param>
/// <param name="Usage">Tokens used.</param>
public sealed record CompletionResponse(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("choices")] IReadOnlyList<CompletionChoice> Choices,
    [property: JsonPropertyName("usage")] Usage Usage)
{
    /// <summary>Always <c>text_completion</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "text_completion";
}

/// <summary>One continuation.</summary>
/// <param name="Index">Its place among all.</param>
/// <param name="Text">Its text.</param>
/// <param name="Logprobs">Log probabilities of its tokens, where asked for.</param>
/// <param name="FinishReason"><c>stop</c>, or <c>length</c> where the token limit or the context ended it.</param>
public sealed record CompletionChoice(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("logprobs")] CompletionLogprobs? Logprobs,
    [property: JsonPropertyName("finish_reason")] string FinishReason);
