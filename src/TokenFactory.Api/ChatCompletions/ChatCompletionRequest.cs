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

    /// <summary>
    /// Functions that the model may call: objects with <c>type</c> <c>function</c> and <c>function</c>. Valid while the body that they
    /// were read from is.
    /// </summary>
    [JsonPropertyName("tools")]
    public JsonElement? Tools { get; init; }

    /// <summary>
    /// <c>auto</c>, <c>none</c>, <c>required</c>, or an object that names a function. The last two open the call in the model's stead: the
    /// answer is a call. Where it is known of which function, its arguments are held to JSON, and to the schema where that is strict.
    /// </summary>
    [JsonPropertyName("tool_choice")]
    public JsonElement? ToolChoice { get; init; }

    /// <summary>Whether an answer may hold several calls; true where absent. Where false, calls after the first are left out.</summary>
    [JsonPropertyName("parallel_tool_calls")]
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary><c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c> or <c>xhigh</c>: given to the chat template, which may know it.</summary>
    [JsonPropertyName("reasoning_effort")]
    public string? ReasoningEffort { get; init; }

    /// <summary><c>auto</c>, <c>default</c>, <c>priority</c> or <c>flex</c>: which lane the request waits in.</summary>
    [JsonPropertyName("service_tier")]
    public string? ServiceTier { get; init; }

    /// <summary>The tools and the choice, read; null where there are none.</summary>
    [JsonIgnore]
    internal ToolUse? ToolUse { get; init; }

    internal override int? MostTokens => MaxCompletionTokens ?? MaxTokens;

    internal override int? WantedLogprobs => Logprobs ? TopLogprobs ?? 0 : null;
}
