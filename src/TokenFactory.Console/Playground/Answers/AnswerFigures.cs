using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Web.Playground.Answers;

/// <summary>What an answer cost and how fast it came, so far or in the end.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CachedTokens">Prompt tokens that the KV cache gave; null until the engine has told.</param>
/// <param name="GeneratedTokens">Tokens generated, an end token among them.</param>
/// <param name="FirstToken">From the request to the first token; null before it.</param>
/// <param name="TokensPerSecond">Tokens a second after the first; null before there are two.</param>
/// <param name="Ending">Why it ended, in plain words; null while it goes on.</param>
public sealed record AnswerFigures(
    int PromptTokens, int? CachedTokens, int GeneratedTokens, TimeSpan? FirstToken, double? TokensPerSecond, string? Ending)
{
    /// <summary>Figures of an answer that is being made, as its reader sees them.</summary>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="generated">Tokens seen.</param>
    /// <param name="firstToken">From the request to the first one.</param>
    /// <param name="lastToken">From the request to the last one seen.</param>
    public static AnswerFigures Running(int promptTokens, int generated, TimeSpan? firstToken, TimeSpan lastToken) =>
        new(promptTokens, null, generated, firstToken, Rate(generated, lastToken - (firstToken ?? lastToken)), null);

    /// <summary>The engine's exact figures of an answer that ended.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="settings">What was asked for, to say which limit was reached.</param>
    public static AnswerFigures Final(GenerationOutcome outcome, AnswerSettings settings) => new(
        outcome.PromptTokens,
        outcome.CachedTokens,
        outcome.GeneratedTokens,
        outcome.FirstTokenTime,
        outcome.FirstTokenTime is { } first ? Rate(outcome.GeneratedTokens, outcome.TotalTime - first) : null,
        Describe(outcome, settings));

    private static double? Rate(int tokens, TimeSpan afterFirst) =>
        tokens > 1 && afterFirst > TimeSpan.Zero ? (tokens - 1) / afterFirst.TotalSeconds : null;

    private static string Describe(GenerationOutcome outcome, AnswerSettings settings) => outcome.Reason switch
    {
        FinishReason.Stop => settings.Stop.Count > 0 ? "Ended by the model or at a stop string" : "Ended by the model",
        FinishReason.Length when outcome.GeneratedTokens >= settings.MaxTokens => "Cut off at the token limit",
        FinishReason.Length => "Cut off at the end of the context",
        FinishReason.Cancelled => "Stopped",
        FinishReason.Abandoned => "Given up: the page stopped reading",
        FinishReason.Failed => "Failed",
        _ => "Ended",
    };
}
