using TokenFactory.Web.Playground.Tokens;

namespace TokenFactory.Web.Playground.Answers;

/// <summary>A model's answer at one moment.</summary>
/// <param name="Text">The text so far.</param>
/// <param name="Figures">What it cost so far.</param>
/// <param name="Problem">What went wrong in the engine, in words; null where nothing did.</param>
/// <param name="Tokens">Its tokens with their probabilities; null where they were not asked for.</param>
public sealed record Answer(string Text, AnswerFigures Figures, string? Problem = null, TokenLog? Tokens = null)
{
    /// <summary>What the model thought before it answered; empty where it did not, or cannot.</summary>
    public string Reasoning { get; init; } = "";
}
