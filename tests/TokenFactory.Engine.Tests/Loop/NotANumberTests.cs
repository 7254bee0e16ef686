using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>A row of logits that holds NaN ends its own request and no other.</summary>
public sealed class NotANumberTests
{
    [Fact]
    public async Task Nan_InOneOfTwo_EndsThatOneWithAnErrorAndACount()
    {
        int prompt = EngineFixture.Prompt("spoiled").Length;
        using EngineFixture engine = new(
            HashExecutor.DefaultLimits with { StepsInFlight = 2 }, configure: executor => executor.IsPoisoned = slice => slice.Start == prompt + 4);

        Task<EngineFixture.Answer> spoiled = engine.RunAsync(EngineFixture.Request("spoiled", 20));
        Task<EngineFixture.Answer> sound = engine.RunAsync(EngineFixture.Request("a sound request that begins beyond", 20));

        EngineFixture.Answer failed = await spoiled;
        Assert.Equal(FinishReason.Failed, failed.Outcome.Reason);
        Assert.Contains("no number", failed.Outcome.Error);
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("spoiled"), 5, 256), failed.Tokens);
        Assert.Equal(5, failed.Outcome.GeneratedTokens);
        Assert.Equal(FinishReason.Length, (await sound).Outcome.Reason);
        Assert.Equal((1, 0), (engine.Loop.Status.Corrupted, engine.Loop.Status.FailedSteps));
        Assert.Null(engine.Loop.FindProblem());
    }

    [Fact]
    public async Task Nan_AfterIt_NothingOfTheRequestIsReused()
    {
        bool isPoisoned = true;
        using EngineFixture engine = new(configure: executor => executor.IsPoisoned = _ => Volatile.Read(ref isPoisoned));
        await engine.RunAsync(EngineFixture.Request("a prompt of several blocks", 4));
        Volatile.Write(ref isPoisoned, false);

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("a prompt of several blocks", 4));

        Assert.Equal((FinishReason.Length, 0), (answer.Outcome.Reason, answer.Outcome.CachedTokens));
    }
}
