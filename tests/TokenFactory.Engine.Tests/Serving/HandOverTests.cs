using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Engine.Tests.Loop;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Serving;

/// <summary>What a failed replica ran goes on once on another: readers see one unbroken answer, and every token is counted once.</summary>
public sealed class HandOverTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineFixture[] _engines;
    private readonly ServedModel _model;

    public HandOverTests()
    {
        _engines = [.. Enumerable.Range(0, 3).Select(i => new EngineFixture(
            HashExecutor.DefaultLimits with { StepsInFlight = 2, MaxContext = 4000, BlockCount = 2000 }, deviceId: $"test:{i}"))];
        _model = new ServedModel(
            "hash", [.. _engines.Select(engine => engine.Loop)], new ByteTokenizer(), null, SamplingParameters.Greedy,
            new ModelFacts("Hash", 1, "/", DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public async Task Failure_AtAnyStep_AnswerGoesOnUnbroken(int step)
    {
        FailAt(0, step);
        Ear ear = new();

        Generation generation = Submit(0, EngineFixture.Request("tell me", 30) with { Listener = ear });
        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);

        Assert.Null(answer.Outcome.Error);
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("tell me"), 30, 256), answer.Tokens);
        Assert.Equal(string.Concat(answer.Tokens.Select(token => (char)token)), answer.Text);
        Assert.Equal((FinishReason.Length, 30), (answer.Outcome.Reason, answer.Outcome.GeneratedTokens));
        Assert.Same(_engines[1].Loop, generation.Replica);
        Assert.Equal((1, 1), (ear.Started, ear.Finished));
        await AssertNothingIsLeftAsync(finished: 1, generated: 30);
        Assert.Equal((1, 1, 0), (_engines[0].Loop.Status.FailedSteps, _engines[0].Loop.Status.Moved, _engines[1].Loop.Status.Moved));
        Assert.True(_engines[0].Loop.TakesRequests);
    }

    [Fact]
    public async Task Failure_OfAStepThatHadSampled_SeedAndPenaltiesGoOnFromTheTokensDelivered()
    {
        GenerationRequest request = EngineFixture.Request("draw", 40) with
        {
            Sampling = new SamplingParameters { Seed = 11, Temperature = 2, FrequencyPenalty = 1.5f, RepetitionPenalty = 1.2f },
        };
        EngineFixture.Answer unbroken = await EngineFixture.ReadAsync(Submit(2, request));
        int calls = 0;
        _engines[0].Executor.BeforeStep = plan =>
        {
            if (++calls == 17)
            {
                // Whatever the failing step drew is nobody's.
                plan.Slices[0].Sampling!.Accept('x');
                throw new ExecutorException("gone");
            }
        };

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(Submit(0, request));

        Assert.Equal(17, calls);
        Assert.Equal(unbroken.Tokens, answer.Tokens);
        Assert.NotEqual(HashExecutor.Continue(EngineFixture.Prompt("draw"), 40, 256), answer.Tokens);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Failure_OfAStepOfAPooledPrompt_AnotherReplicaPoolsIt(int step)
    {
        FailAt(0, step);
        GenerationRequest request = EngineFixture.Request(new string('e', 150)) with { Embeds = true };

        Generation generation = Submit(0, request);
        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);

        EmbeddingTests.AssertEmbedded(request, answer);
        Assert.Same(_engines[1].Loop, generation.Replica);
        await AssertNothingIsLeftAsync(finished: 1, generated: 0);
    }

    [Fact]
    public async Task Failure_OfASecondReplicaToo_EndsWithItsError()
    {
        FailAt(0, 3);
        FailAt(1, 3);

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(Submit(0, EngineFixture.Request("tell me", 30)));

        Assert.Equal((FinishReason.Failed, "test:1 failed: gone"), (answer.Outcome.Reason, answer.Outcome.Error));
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("tell me"), answer.Tokens.Length, 256), answer.Tokens);
        Assert.Equal(answer.Tokens.Length, answer.Outcome.GeneratedTokens);
        Assert.Equal(0, _engines[2].Executor.Steps);
        await AssertNothingIsLeftAsync(finished: 1, generated: answer.Tokens.Length);
    }

    [Fact]
    public async Task Failure_NoOtherTakesRequests_EndsWithTheError()
    {
        await Task.WhenAll(_engines[1].Loop.DrainAsync(), _engines[2].Loop.DrainAsync());
        FailAt(0, 1);

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(Submit(0, EngineFixture.Request("tell me", 30)));

        Assert.Equal((FinishReason.Failed, "test:0 failed: gone"), (answer.Outcome.Reason, answer.Outcome.Error));
        await AssertNothingIsLeftAsync(finished: 1, generated: 0);
    }

    [Fact]
    public async Task DeviceLost_WhatWaitsAndWhatIsHeldGoesOverToo()
    {
        const int Tokens = 200;
        using ManualResetEventSlim fails = new();
        await _engines[0].Loop.ChangePolicyAsync(_engines[0].Loop.Policy.Policy with { MaxRunning = 1 }, "t", "");
        _engines[0].Executor.StepTime = TimeSpan.FromMilliseconds(5);
        _engines[0].Executor.BeforeStep = _ =>
        {
            if (fails.IsSet)
            {
                throw new ExecutorException("gone for good") { IsDeviceLost = true };
            }
        };
        GenerationRequest[] requests = [.. Enumerable.Range(0, 4).Select(i => EngineFixture.Request($"request {i}", Tokens))];
        Generation[] generations = [.. requests.Select(request => Submit(0, request))];
        Assert.True(await _engines[0].Loop.OperateAsync(requests[3].Id, new RequestOperation.Hold()));
        fails.Set();

        EngineFixture.Answer[] answers = await Task.WhenAll(generations[..3].Select(EngineFixture.ReadAsync));
        Assert.Equal(requests[..3].Select(request => HashExecutor.Continue(request.Prompt, Tokens, 256)), answers.Select(answer => answer.Tokens));

        Assert.Contains("gone for good", _engines[0].Loop.FindProblem());
        Assert.False(_engines[0].Loop.TakesRequests);
        Assert.Null(_model.FindProblem());
        Assert.Null(generations[3].Outcome);
        Assert.True(await generations[3].Replica.OperateAsync(requests[3].Id, new RequestOperation.Release()));
        Assert.Equal(HashExecutor.Continue(requests[3].Prompt, Tokens, 256), (await EngineFixture.ReadAsync(generations[3])).Tokens);
        await AssertNothingIsLeftAsync(finished: 4, generated: 4 * Tokens);
    }

    [Fact]
    public async Task Cancel_SentToTheReplicaThatFails_FollowsTheGeneration()
    {
        using ManualResetEventSlim reached = new();
        using ManualResetEventSlim gate = new();
        int calls = 0;
        _engines[0].Executor.BeforeStep = _ =>
        {
            if (++calls == 3)
            {
                reached.Set();
                gate.Wait();
                throw new ExecutorException("gone");
            }
        };
        Array.ForEach(_engines[1..], engine => engine.Executor.StepTime = TimeSpan.FromMilliseconds(5));
        Generation generation = Submit(0, EngineFixture.Request("tell me", 3000));
        Assert.True(reached.Wait(Patience, TestContext.Current.CancellationToken));

        // It lies in the mailbox of the first while that is failing.
        generation.Cancel();
        gate.Set();

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);
        Assert.Equal(FinishReason.Cancelled, answer.Outcome.Reason);
        Assert.Same(_engines[1].Loop, generation.Replica);
        await AssertNothingIsLeftAsync(finished: 1, generated: answer.Outcome.GeneratedTokens);
    }

    [Fact]
    public async Task Failure_ReaderIsBehind_OtherReplicaWaitsForItToo()
    {
        using ManualResetEventSlim fails = new();
        _engines[0].Executor.BeforeStep = _ =>
        {
            if (fails.IsSet)
            {
                throw new ExecutorException("gone");
            }
        };
        Generation slow = Submit(0, EngineFixture.Request("slow", 2500));
        Assert.True(SpinWait.SpinUntil(() => slow.GeneratedSoFar >= Generation.Capacity, Patience));
        fails.Set();

        // The one behind computes nothing; this one meets the failure.
        await EngineFixture.ReadAsync(Submit(0, EngineFixture.Request("other", 3)));
        Assert.True(SpinWait.SpinUntil(() => slow.Replica != _engines[0].Loop, Patience));
        Assert.InRange(slow.GeneratedSoFar, Generation.Capacity, Generation.Capacity + 4);

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(slow);
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("slow"), 2500, 256), answer.Tokens);
        await AssertNothingIsLeftAsync(finished: 2, generated: 2503);
    }

    public void Dispose() => _model.Dispose();

    private void FailAt(int engine, int step)
    {
        int calls = 0;
        _engines[engine].Executor.BeforeStep = _ =>
        {
            if (++calls == step)
            {
                throw new ExecutorException("gone");
            }
        };
    }

    private Generation Submit(int engine, GenerationRequest request) => _engines[engine].Submit(request);

    /// <summary>Counts add up over the replicas, nothing is open, and every KV block is back.</summary>
    private async Task AssertNothingIsLeftAsync(int finished, int generated)
    {
        TokenAccount[] accounts = [.. _engines.SelectMany(engine => engine.Loop.Accounts.All)];
        Assert.Equal((finished, generated), (accounts.Sum(account => account.FinishedRequests), accounts.Sum(account => account.GeneratedTokens)));
        foreach (EngineFixture engine in _engines)
        {
            EngineSnapshot snapshot = await engine.Loop.SnapshotAsync();
            Assert.Empty(snapshot.Requests);
            Assert.Equal((0, 0L), (snapshot.KvUsed, engine.Loop.OpenTokens));
        }
    }

    private sealed class Ear : IGenerationListener
    {
        public int Started { get; private set; }

        public int Finished { get; private set; }

        public void OnStarted(Generation generation) => Started++;

        public void OnFinished(Generation generation, GenerationOutcome outcome) => Finished++;
    }
}
