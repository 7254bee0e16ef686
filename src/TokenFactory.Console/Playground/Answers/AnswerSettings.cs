using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Playground.Answers;

/// <summary>How an answer is to be made: everything that a request says beside its prompt.</summary>
/// <param name="Sampling">How each token is chosen.</param>
/// <param name="MaxTokens">Most tokens to generate, at least 1.</param>
/// <param name="Stop">Strings that end the answer and are not part of it.</param>
public sealed record AnswerSettings(SamplingParameters Sampling, int MaxTokens, IReadOnlyList<string> Stop)
{
    private const int UsualMaxTokens = 512;

    /// <summary>What a model's answers are made with where nothing else is asked: its own sampling, and at most half its context.</summary>
    public static AnswerSettings DefaultsOf(ServedModel model) =>
        new(model.Defaults, Math.Max(1, Math.Min(UsualMaxTokens, ModelEngine.ContextOf(model) / 2)), []);
}
