using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Web.Playground.Tokens;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class TokenTextTests
{
    [Theory]
    [InlineData(" hello", "␣hello")]
    [InlineData("\n\t\r", "⏎⇥␍")]
    [InlineData("\0\u001b", "‹U+0000›‹U+001B›")]
    [InlineData("a\u00a0b\u200b\u202e", "a‹U+00A0›b‹U+200B›‹U+202E›")]
    [InlineData("世🏭é", "世🏭é")]
    [InlineData("", "∅")]
    public void VisibleText_OfText_ShowsEverything(string text, string shown) => Assert.Equal(shown, VisibleText.Of(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void VisibleText_OfPartsOfCharacters_ShowsBytes()
    {
        Assert.Equal("‹F0 9F›", VisibleText.Of([0xF0, 0x9F]));
        Assert.Equal("‹8F›‹AD›a", VisibleText.Of([0x8F, 0xAD, (byte)'a']));
    }

    [Theory]
    [InlineData(0f, 0, "100.0 %", "0.0000")]
    [InlineData(-0.00001f, 0, "100.0 %", "0.0000")]
    [InlineData(-0.2f, 1, "81.9 %", "−0.2000")]
    [InlineData(-1f, 2, "36.8 %", "−1.0000")]
    [InlineData(-2f, 3, "13.5 %", "−2.0000")]
    [InlineData(-3.5f, 4, "3.02 %", "−3.5000")]
    [InlineData(-20f, 4, "below 0.01 %", "−20.0000")]
    [InlineData(float.NegativeInfinity, 4, "0 %", "−∞")]
    [InlineData(float.NaN, 4, "0 %", "−∞")]
    public void Likelihood_OfALogprob_HasAStepAndWords(float logprob, int step, string percent, string log) =>
        Assert.Equal((step, percent, log), (Likelihood.StepOf(logprob), Likelihood.Percent(logprob), Likelihood.Log(logprob)));

    [Fact]
    public void TokenLog_WrittenWhileRead_ShowsWhatItCounts()
    {
        TokenLog log = new(new ByteTokenizer());
        Task writing = Task.Run(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                log.Add(new AnswerToken(i, -i, []));
            }
        }, TestContext.Current.CancellationToken);

        int seen = 0;
        while (!writing.IsCompleted || seen < log.Count)
        {
            seen = log.Count;
            Assert.True(seen == 0 || log[seen - 1].Id == seen - 1);
        }
        Assert.Equal(100_000, seen);
        Assert.Throws<ArgumentOutOfRangeException>(() => log[seen]);
    }

    [Fact]
    public void TokenLog_TokenBeyondTheTokenizer_HasNoBytes() => Assert.Empty(new TokenLog(new ByteTokenizer()).BytesOf(256));
}
