using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>A conversation to be continued.</summary>
public sealed record ChatCompletionRequest : GenerateRequest
{
    /// <summary>
    /// The conversation: objects with <c>role</c> and <c>content</c>, the content a string or an array of parts of type text. Valid
    /// while the body that it was read from is.
    /// </summary>
    [JsonPropertyName("messages")]
    public required JsonElement Messages { get; init; }

    /// <summary>Most tokens of an answer; the newer name of <c>max_tokens</c>, which it overrides.</summary>
    [JsonPropertyName("max_completion_tokens")]
    public int? MaxCompletionTokens { get; init; }

    /// <summary>Whether each token's log probability is reported.</summary>
    [JsonPropertyName("logprobs")]
    public bool Logprobs { get; init; }

    /// <summary>Most likely tokens reported at each place, 0 to 20; needs <c>logprobs</c>.</summary>
    [JsonPropertyName("top_logprobs")]
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the prompt ends where the assistant's answer begins; true where absent.</summary>
    [JsonPropertyName("add_generation_prompt")]
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Further variables of the model's chat template, by name.</summary>
    [JsonPropertyName("chat_template_kwargs")]
    public IReadOnlyDictionary<string, JsonElement>? ChatTemplateKwargs { get; init; }

    internal override int? MostTokens => MaxCompletionTokens ?? MaxTokens;

    internal override int? WantedLogprobs => Logprobs ? TopLogprobs ?? 0 : null;
}
