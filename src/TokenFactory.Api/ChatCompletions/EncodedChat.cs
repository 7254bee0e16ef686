using TokenFactory.Api.Constraints;
using TokenFactory.Api.Dialects;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>A conversation as a model takes it.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Reading">How its answers are to be read.</param>
/// <param name="Constraint">What the model's text is held to; null for nothing.</param>
internal sealed record EncodedChat(int[] Tokens, ReadingPlan Reading, AskedConstraint? Constraint)
{
    /// <summary>The request as it is handed in: its text held to the form, special tokens shown where the reader needs them.</summary>
    public ChatCompletionRequest Complete(ChatCompletionRequest request) =>
        request with { Constraint = Constraint, ShowsSpecialTokens = Reading.ShowsSpecialTokens };
}
