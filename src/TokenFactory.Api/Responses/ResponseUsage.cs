using System.Text.Json.Serialization;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.Responses;

/// <summary>Tokens that a response used.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="InputTokensDetails">What they consist of.</param>
/// <param name="OutputTokens">Tokens generated.</param>
/// <param name="OutputTokensDetails">What they consist of.</param>
/// <param name="TotalTokens">Both together.</param>
public sealed record ResponseUsage(
    [property: JsonPropertyName("input_tokens")] long InputTokens,
    [property: JsonPropertyName("input_tokens_details")] InputTokensDetails InputTokensDetails,
    [property: JsonPropertyName("output_tokens")] long OutputTokens,
    [property: JsonPropertyName("output_tokens_details")] OutputTokensDetails OutputTokensDetails,
    [property: JsonPropertyName("total_tokens")] long TotalTokens)
{
    /// <summary>The quota that ended the answer; absent where none did.</summary>
    [JsonPropertyName("limit")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageLimit? Limit { get; init; }

    internal static ResponseUsage Of(Usage usage, long reasoningTokens) => new(
        usage.PromptTokens, new InputTokensDetails(usage.PromptTokensDetails.CachedTokens), usage.CompletionTokens, new OutputTokensDetails(reasoningTokens), usage.TotalTokens)
    {
        Limit = usage.Limit,
    };
}

/// <summary>What tokens of a prompt consist of.</summary>
/// <param name="CachedTokens">Those whose keys and values were in the cache already.</param>
public sealed record InputTokensDetails([property: JsonPropertyName("cached_tokens")] long CachedTokens)
{
    /// <summary>Always 0: what is put into the cache costs nothing of its own.</summary>
    [JsonPropertyName("cache_write_tokens")]
    public long CacheWriteTokens => 0;
}

/// <summary>What generated tokens consist of.</summary>
/// <param name="ReasoningTokens">Those of the reasoning, its marks among them.</param>
public sealed record OutputTokensDetails([property: JsonPropertyName("reasoning_tokens")] long ReasoningTokens);

/// <summary>How long a prompt is.</summary>
/// <param name="InputTokens">Its tokens.</param>
public sealed record InputTokenCount([property: JsonPropertyName("input_tokens")] long InputTokens)
{
    /// <summary>Always <c>response.input_tokens</c>.</summary>
    [JsonPropertyName("object")]
    public string Object => "response.input_tokens";
}
