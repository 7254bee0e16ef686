using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>Prompts that are pooled instead of continued: each gets the vector of its whole context, however its steps are cut.</summary>
public sealed class EmbeddingTests
{
    private static readonly int Width = HashExecutor.DefaultLimits.PooledWidth;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Embed_AmongGenerations_EachEqualsItsRunAlone(int stepsInFlight)
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { StepsInFlight = stepsInFlight });
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 80).Select(i => EngineFixture.Request(new string('p', 1 + (i * 7 % 90)) + i, 1 + (i % 40)) with { Embeds = i % 2 == 0 }),
        ];

        EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(engine.RunAsync));

        for (int i = 0; i < requests.Length; i++)
        {
            if (requests[i].Embeds)
            {
                AssertEmbedded(requests[i], answers[i]);
            }
            else
            {
                Assert.Equal(HashExecutor.Continue(requests[i].Prompt, requests[i].MaxNewTokens!.Value, 256), answers[i].Tokens);
                Assert.Null(answers[i].Outcome.Pooled);
            }
        }
        Assert.Equal(requests.Where(request => !request.Embeds).Sum(request => (long)request.MaxNewTokens!.Value), engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens));
        Assert.Equal(0, engine.Loop.OpenTokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Embed_PromptOfOneTokenAndOfTheWholeContext_IsPooled(int stepsInFlight)
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { StepsInFlight = stepsInFlight });
        GenerationRequest shortest = EngineFixture.Request("x") with { Embeds = true };
        GenerationRequest longest = EngineFixture.Request(new string('y', engine.Loop.MaxContext)) with { Embeds = true };

        AssertEmbedded(shortest, await engine.RunAsync(shortest));
        AssertEmbedded(longest, await engine.RunAsync(longest));
    }

    [Fact]
    public async Task Embed_SamePromptAgain_ComputesOnlyTheLastBlock()
    {
        using EngineFixture engine = new();
        GenerationRequest request = EngineFixture.Request(new string('s', 40)) with { Embeds = true };
        await engine.RunAsync(request);
        int before = engine.Executor.ComputedTokens;

        EngineFixture.Answer again = await engine.RunAsync(request with { Id = "again" });

        // All ten blocks are cached, and the last token has to be computed all the same: its block is.
        Assert.Equal(36, again.Outcome.CachedTokens);
        Assert.Equal(4, engine.Executor.ComputedTokens - before);
        AssertEmbedded(request, again);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Embed_KvTooSmallForAll_PreemptsAndStillEqualsRunsAlone(int stepsInFlight)
    {
        using EngineFixture engine = new(
            HashExecutor.DefaultLimits with { BlockCount = 40, MaxContext = 100, StepsInFlight = stepsInFlight, MaxStepTokens = 12 });
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 40).Select(i => EngineFixture.Request($"{i} is a request with a prompt of some length: {new string('z', i)}", 12) with
            {
                Embeds = i % 2 == 1,
                Lane = i % 2 == 1 ? Lane.Batch : Lane.Interactive,
            }),
        ];

        EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(engine.RunAsync));

        Assert.True(engine.Loop.Status.Preemptions > 0, "the test must preempt");
        for (int i = 1; i < requests.Length; i += 2)
        {
            AssertEmbedded(requests[i], answers[i]);
        }
    }

    [Fact]
    public async Task Cancel_WhileItsStepIsUnderWay_GivesNoVector()
    {
        using SemaphoreSlim begun = new(0);
        using SemaphoreSlim steps = new(0);
        int pooled = 0;
        using EngineFixture engine = new(
            HashExecutor.DefaultLimits with { StepsInFlight = 2 },
            configure: executor => executor.BeforeStep = plan =>
            {
                begun.Release();
                steps.Wait();
                pooled += plan.PoolCount;
            });
        Task<EngineFixture.Answer> running = engine.RunAsync(EngineFixture.Request("runs", 12));
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        Generation cancelled = engine.Submit(EngineFixture.Request("cancelled") with { Embeds = true });

        // The first step ends, the prompt goes into the third, and the second holds the loop until the cancel is in its mailbox.
        steps.Release();
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        cancelled.Cancel();
        steps.Release(1000);

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(cancelled);
        Assert.Equal((FinishReason.Cancelled, null), (answer.Outcome.Reason, answer.Outcome.Pooled));
        Assert.Equal(FinishReason.Length, (await running).Outcome.Reason);
        Assert.Equal(1, pooled);
    }

    [Fact]
    public async Task Embed_VectorWithNaN_EndsThatOneWithAnError()
    {
        using EngineFixture engine = new(configure: executor => executor.IsPoisoned = slice => slice.Count == 7);

        EngineFixture.Answer spoiled = await engine.RunAsync(EngineFixture.Request("spoiled") with { Embeds = true });
        EngineFixture.Answer sound = await engine.RunAsync(EngineFixture.Request("sound") with { Embeds = true });

        Assert.Equal((FinishReason.Failed, null), (spoiled.Outcome.Reason, spoiled.Outcome.Pooled));
        Assert.Contains("no number", spoiled.Outcome.Error);
        Assert.NotNull(sound.Outcome.Pooled);
        Assert.Equal(1, engine.Loop.Status.Corrupted);
    }

    [Fact]
    public async Task Hold_ThenRelease_IsPooledAfterwards()
    {
        using EngineFixture engine = new(policy: BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 1 });
        using ManualResetEventSlim go = new();
        engine.Executor.BeforeStep = _ => go.Wait();
        Generation running = engine.Submit(EngineFixture.Request("runs", 3));
        GenerationRequest request = EngineFixture.Request("held") with { Embeds = true };
        Generation held = engine.Submit(request);
        Task<bool> hold = engine.Loop.OperateAsync(request.Id, new RequestOperation.Hold());
        go.Set();
        Assert.True(await hold);
        await EngineFixture.ReadAsync(running);
        Assert.Null(held.Outcome);

        Assert.True(await engine.Loop.OperateAsync(request.Id, new RequestOperation.Release()));

        AssertEmbedded(request, await EngineFixture.ReadAsync(held));
    }

    [Fact]
    public void Submit_ExecutorThatPoolsNothing_IsRefused()
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { PooledWidth = 0 });

        Rejection? rejection = engine.Loop.TrySubmit(EngineFixture.Request("x") with { Embeds = true }, out _);

        Assert.Equal((RejectionKind.InvalidParameter, "model"), (rejection!.Kind, rejection.Parameter));
    }

    [Fact]
    public void Submit_PromptLongerThanTheContext_IsRefusedWithTheLimit()
    {
        using EngineFixture engine = new();

        Rejection? rejection = engine.Loop.TrySubmit(EngineFixture.Request(new string('x', engine.Loop.MaxContext + 1)) with { Embeds = true }, out _);

        Assert.Equal(RejectionKind.PromptTooLong, rejection!.Kind);
        Assert.Contains("The prompt has 513 tokens; the context of hash is 512 tokens.", rejection.Message);
    }

    internal static void AssertEmbedded(GenerationRequest request, EngineFixture.Answer answer)
    {
        Assert.Null(answer.Outcome.Error);
        Assert.Equal((FinishReason.Stop, 0), (answer.Outcome.Reason, answer.Outcome.GeneratedTokens));
        Assert.Equal(request.Prompt.Length, answer.Outcome.PromptTokens);
        Assert.Empty(answer.Tokens);
        Assert.Equal("", answer.Text);
        Assert.Equal(HashExecutor.Pool(request.Prompt, Width), answer.Outcome.Pooled);
    }
}
