using System.Text.Json;
using TokenFactory.Api.Generations;

namespace TokenFactory.Api.Responses;

/// <summary>What a client asks for, as far as a chat completion has no place for it or the answer repeats it. Lives longer than its body.</summary>
internal sealed record ResponsesRequest
{
    public bool Stream { get; init; }

    /// <summary>Whether it is computed whoever waits for it.</summary>
    public bool Background { get; init; }

    /// <summary>Whether the response is kept.</summary>
    public bool Store { get; init; }

    /// <summary>The response whose conversation goes on; null: a new one begins.</summary>
    public string? PreviousId { get; init; }

    /// <summary>What the model is told first; null: nothing.</summary>
    public string? Instructions { get; init; }

    public required ResponseTool[] Tools { get; init; }

    public required ResponsesToolChoice ToolChoice { get; init; }

    public bool ParallelToolCalls { get; init; }

    public int? MaxOutputTokens { get; init; }

    public int? MaxToolCalls { get; init; }

    /// <summary>The form of the text, as it was asked for.</summary>
    public required JsonElement Format { get; init; }

    public string? Effort { get; init; }

    /// <summary>Whether the log probabilities of the text's tokens are wanted.</summary>
    public bool WantsLogprobs { get; init; }

    public int TopLogprobs { get; init; }

    /// <summary>Whether the oldest turns are left out where the conversation is too long.</summary>
    public bool Truncates { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public string? User { get; init; }

    public string? SafetyIdentifier { get; init; }

    public string? PromptCacheKey { get; init; }

    /// <summary>The response while nothing of it is there yet.</summary>
    /// <param name="head">Names it.</param>
    /// <param name="sampling">How its tokens are chosen.</param>
    public ResponseObject Begin(AnswerHead head, (float Temperature, float TopP) sampling) => new()
    {
        Id = head.Id,
        CreatedAt = head.Created,
        Status = Background ? ResponseObject.Queued : ResponseObject.InProgress,
        Background = Background,
        Instructions = Instructions,
        MaxOutputTokens = MaxOutputTokens,
        MaxToolCalls = MaxToolCalls,
        Model = head.Model,
        ParallelToolCalls = ParallelToolCalls,
        PreviousResponseId = PreviousId,
        PromptCacheKey = PromptCacheKey,
        Reasoning = new ResponseReasoning(Effort),
        SafetyIdentifier = SafetyIdentifier,
        ServiceTier = head.ServiceTier,
        Store = Store,
        Temperature = sampling.Temperature,
        Text = new ResponseText(Format),
        ToolChoice = ToolChoice.Asked,
        Tools = Tools,
        TopLogprobs = TopLogprobs,
        TopP = sampling.TopP,
        Truncation = Truncates ? "auto" : "disabled",
        User = User,
        Metadata = Metadata,
    };
}
