using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Playground.Answers;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class AnswerFiguresTests
{
    private static readonly AnswerSettings Settings = new(SamplingParameters.Greedy, 10, []);

    [Fact]
    public void Running_BeforeTwoTokens_HasNoRate()
    {
        Assert.Null(AnswerFigures.Running(5, 0, null, TimeSpan.Zero).TokensPerSecond);
        Assert.Null(AnswerFigures.Running(5, 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)).TokensPerSecond);
    }

    [Fact]
    public void Running_ElevenTokens_CountsTheTenAfterTheFirst() =>
        Assert.Equal(5, AnswerFigures.Running(5, 11, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)).TokensPerSecond);

    [Theory]
    [InlineData(FinishReason.Stop, 3, "Ended by the model")]
    [InlineData(FinishReason.Length, 10, "Cut off at the token limit")]
    [InlineData(FinishReason.Length, 9, "Cut off at the end of the context")]
    [InlineData(FinishReason.Cancelled, 2, "Stopped")]
    [InlineData(FinishReason.Abandoned, 2, "Given up: the page stopped reading")]
    [InlineData(FinishReason.Failed, 2, "Failed")]
    public void Final_Reason_IsSaidInPlainWords(FinishReason reason, int tokens, string words)
    {
        GenerationOutcome outcome = new(reason, 5, 4, tokens, TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), null);

        AnswerFigures figures = AnswerFigures.Final(outcome, Settings);

        Assert.Equal(words, figures.Ending);
        Assert.Equal(tokens - 1, figures.TokensPerSecond);
        Assert.Equal(4, figures.CachedTokens);
    }
}
