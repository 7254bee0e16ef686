using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>How a generation ended, and its exact counts.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Prompt tokens that came from the KV cache.</param>
/// <param name="GeneratedTokens">Tokens generated, an end token and those of a stop string among them.</param>
/// <param name="QueueTime">From arrival to the first step.</param>
/// <param name="FirstTokenTime">From arrival to the first token; null where there was none.</param>
/// <param name="TotalTime">From arrival to the end.</param>
/// <param name="Error">What failed, where the reason is <see cref="FinishReason.Failed"/>.</param>
/// <param name="Joules">Its share of the energy of the steps that computed it; null where nothing measures it.</param>
/// <param name="StopString">The stop string that ended it; null where none did.</param>
/// <param name="Pooled">The hidden state of the prompt's last token after the final norm, as the model computes it; null unless it was asked for and computed.</param>
public sealed record GenerationOutcome(
    FinishReason Reason,
    int PromptTokens,
    int CachedTokens,
    int GeneratedTokens,
    TimeSpan QueueTime,
    TimeSpan? FirstTokenTime,
    TimeSpan TotalTime,
    string? Error,
    double? Joules = null,
    string? StopString = null,
    float[]? Pooled = null);
