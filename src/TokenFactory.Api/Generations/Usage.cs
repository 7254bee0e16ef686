using System.Text.Json.Serialization;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Generations;

/// <summary>Tokens that a request used. A prompt counts once, however many answers it has.</summary>
/// <param name="PromptTokens">Tokens of the prompts.</param>
/// <param name="CompletionTokens">Tokens generated, an end token and those of a stop string among them.</param>
/// <param name="TotalTokens">Both together.</param>
/// <param name="PromptTokensDetails">What the prompt tokens consist of.</param>
public sealed record Usage(
    [property: JsonPropertyName("prompt_tokens")] long PromptTokens,
    [property: JsonPropertyName("completion_tokens")] long CompletionTokens,
    [property: JsonPropertyName("total_tokens")] long TotalTokens,
    [property: JsonPropertyName("prompt_tokens_details")] PromptTokensDetails PromptTokensDetails)
{
    /// <summary>What the completion tokens consist of; absent where nobody looked.</summary>
    [JsonPropertyName("completion_tokens_details")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CompletionTokensDetails? CompletionTokensDetails { get; init; }

    /// <summary>The quota that ended an answer; absent where none did.</summary>
    [JsonPropertyName("limit")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageLimit? Limit { get; init; }

    /// <summary>Adds up ended generations.</summary>
    /// <param name="generations">The choices by index; those of one prompt stand together.</param>
    /// <param name="perPrompt">Choices of one prompt.</param>
    internal static Usage Of(IReadOnlyList<Generation> generations, int perPrompt)
    {
        long prompt = 0;
        long cached = 0;
        long completion = 0;
        bool promptCounted = false;
        for (int i = 0; i < generations.Count; i++)
        {
            GenerationOutcome outcome = generations[i].Outcome!;
            completion += outcome.GeneratedTokens;
            promptCounted &= i % perPrompt != 0;
            if (!promptCounted && generations[i].HasStarted)
            {
                // As the ledger counts: a prompt once, and not where none of its answers ever ran.
                promptCounted = true;
                prompt += outcome.PromptTokens;
                cached += outcome.CachedTokens;
            }
        }
        return new Usage(prompt, completion, prompt + completion, new PromptTokensDetails(cached));
    }
}

/// <summary>What prompt tokens consist of.</summary>
/// <param name="CachedTokens">Those whose keys and values were in the cache already.</param>
public sealed record PromptTokensDetails([property: JsonPropertyName("cached_tokens")] long CachedTokens);

/// <summary>What completion tokens consist of.</summary>
/// <param name="ReasoningTokens">Those of the reasoning, its marks among them.</param>
public sealed record CompletionTokensDetails([property: JsonPropertyName("reasoning_tokens")] long ReasoningTokens)
{
    /// <summary>Always 0: no predicted answer is used.</summary>
    [JsonPropertyName("accepted_prediction_tokens")]
    public long AcceptedPredictionTokens => 0;

    /// <summary>Always 0: no predicted answer is tried.</summary>
    [JsonPropertyName("rejected_prediction_tokens")]
    public long RejectedPredictionTokens => 0;
}
