using TokenFactory.Engine.Loop;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>What readers get of special tokens and stop strings.</summary>
public sealed class SpecialTokenTests
{
    private const int End = 350;
    private const string Prompt = "prompt";

    private static readonly int[] Said = ['a', 300, 'b', End];

    [Theory]
    [InlineData(true, "ab")]
    [InlineData(false, "a<300>b")]
    public async Task Submit_SpecialTokens_AreShownWhereAskedAndTheEndTokenNever(bool skip, string text)
    {
        using EngineFixture engine = Start();

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request(Prompt, 20) with { SkipSpecialTokens = skip });

        Assert.Equal(text, answer.Text);
        Assert.Equal(Said, answer.Tokens);
    }

    [Fact]
    public async Task Read_EveryToken_SaysWhereItsTextEnds()
    {
        using EngineFixture engine = Start();
        Generation generation = engine.Submit(EngineFixture.Request(Prompt, 20) with { SkipSpecialTokens = false });
        while (generation.Outcome is null)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        GenerationDelta delta = new();
        generation.Read(ref delta);

        Assert.Equal([1, 6, 7, 7], delta.Tokens.Select(token => token.TextEnd));
    }

    [Fact]
    public async Task Outcome_OfAStopString_NamesIt()
    {
        using EngineFixture engine = Start();

        EngineFixture.Answer stopped = await engine.RunAsync(EngineFixture.Request(Prompt, 20) with { StopStrings = ["zz", "b"] });
        EngineFixture.Answer ended = await engine.RunAsync(EngineFixture.Request(Prompt, 20) with { StopStrings = ["zz"] });

        Assert.Equal(("b", "a"), (stopped.Outcome.StopString, stopped.Text));
        Assert.Null(ended.Outcome.StopString);
    }

    private static EngineFixture Start() => new(
        HashExecutor.DefaultLimits with { VocabularySize = 400 },
        endToken: End,
        configure: executor => executor.Choose = context => Said[Math.Min(context.Length - Prompt.Length, Said.Length - 1)]);
}
