using System.Diagnostics;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

public sealed class EngineLoopTests
{
    private const int Vocabulary = 256;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Submit_ManyAtOnce_EachEqualsItsRunAlone(int stepsInFlight)
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { StepsInFlight = stepsInFlight });
        GenerationRequest[] requests = [.. Enumerable.Range(0, 60).Select(i => EngineFixture.Request(new string('p', 1 + (i * 7 % 90)) + i, 1 + (i % 40)))];

        EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(engine.RunAsync));

        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(HashExecutor.Continue(requests[i].Prompt, requests[i].MaxNewTokens!.Value, Vocabulary), answers[i].Tokens);
            Assert.Equal(FinishReason.Length, answers[i].Outcome.Reason);
            Assert.Equal(requests[i].Prompt.Length, answers[i].Outcome.PromptTokens);
        }
        Assert.Equal(answers.Sum(answer => (long)answer.Tokens.Length), engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Submit_KvTooSmallForAll_PreemptsAndStillEqualsRunsAlone(int stepsInFlight)
    {
        // Eight sequences of up to 60 tokens over 40 blocks of 4: they cannot all stay.
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { BlockCount = 40, MaxContext = 100, StepsInFlight = stepsInFlight });
        GenerationRequest[] requests = [.. Enumerable.Range(0, 12).Select(i => EngineFixture.Request($"request {i} of twelve", 45))];

        EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(engine.RunAsync));

        Assert.True(engine.Loop.Status.Preemptions > 0, "the test must preempt");
        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(HashExecutor.Continue(requests[i].Prompt, 45, Vocabulary), answers[i].Tokens);
            Assert.Equal(45, answers[i].Outcome.GeneratedTokens);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Submit_RowsThatChangeHandsWhileAStepIsUnderWay_KeepTheirTokens(int stepsInFlight)
    {
        // Each ends at a letter that nobody knows before, with a step of it still under way; the next takes its row and its prefix.
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { BlockCount = 80, MaxContext = 120, StepsInFlight = stepsInFlight });
        string prefix = new('s', 24);
        GenerationRequest[] requests =
        [
            .. Enumerable.Range(0, 150).Select(i => EngineFixture.Request($"{prefix}{i % 7} and {i}", 60) with { StopTokens = ['a' + (i % 26), 'a' + (i * 7 % 26)] }),
        ];

        EngineFixture.Answer[] answers = await Task.WhenAll(requests.Select(engine.RunAsync));

        for (int i = 0; i < requests.Length; i++)
        {
            int[] whole = HashExecutor.Continue(requests[i].Prompt, 60, Vocabulary);
            int end = Array.FindIndex(whole, token => requests[i].StopTokens.Contains(token));
            Assert.Equal(end < 0 ? whole : whole[..(end + 1)], answers[i].Tokens);
        }
    }

    [Fact]
    public async Task Submit_SamePrefixAgain_ComputesOnlyTheRest()
    {
        using EngineFixture engine = new();
        string prefix = new('s', 40);
        await engine.RunAsync(EngineFixture.Request(prefix + "first", 4));
        int before = engine.Executor.ComputedTokens;

        EngineFixture.Answer second = await engine.RunAsync(EngineFixture.Request(prefix + "second", 4));

        Assert.Equal(40, second.Outcome.CachedTokens);
        Assert.Equal(6 + 3, engine.Executor.ComputedTokens - before);
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt(prefix + "second"), 4, Vocabulary), second.Tokens);
    }

    [Fact]
    public async Task Submit_FollowUpTurn_ReusesTheGeneratedTokensToo()
    {
        using EngineFixture engine = new();
        EngineFixture.Answer first = await engine.RunAsync(EngineFixture.Request("a conversation opens", 20));
        string history = "a conversation opens" + first.Text;

        EngineFixture.Answer second = await engine.RunAsync(EngineFixture.Request(history + " next", 2));

        // 39 of the 40 known tokens were computed: nine full blocks of four.
        Assert.Equal(36, second.Outcome.CachedTokens);
    }

    [Fact]
    public async Task Submit_OtherSalt_SharesNothing()
    {
        using EngineFixture engine = new();
        await engine.RunAsync(EngineFixture.Request(new string('x', 40), 2));

        EngineFixture.Answer other = await engine.RunAsync(EngineFixture.Request(new string('x', 40), 2) with { CacheSalt = "mine" });

        Assert.Equal(0, other.Outcome.CachedTokens);
    }

    [Fact]
    public async Task Submit_EndToken_StopsAndCountsItWithoutText()
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { VocabularySize = 300 }, endToken: 299, endAfter: 10);

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("12345", 50));

        Assert.Equal(FinishReason.Stop, answer.Outcome.Reason);
        Assert.Equal(6, answer.Outcome.GeneratedTokens);
        Assert.Equal(5, answer.Text.Length);
    }

    [Fact]
    public async Task Submit_IgnoreEndTokens_GoesOn()
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { VocabularySize = 300 }, endToken: 299, endAfter: 10);

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("12345", 20) with { IgnoreEndTokens = true });

        Assert.Equal((FinishReason.Length, 20), (answer.Outcome.Reason, answer.Outcome.GeneratedTokens));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Submit_StopStringOfSeveralTokens_EndsTheTextBeforeIt(int stepsInFlight)
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { StepsInFlight = stepsInFlight });
        string whole = string.Concat(HashExecutor.Continue(EngineFixture.Prompt("tell"), 30, Vocabulary).Select(token => (char)token));
        string stop = whole[10..13];

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("tell", 30) with { StopStrings = [stop] });

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.Text);
        Assert.Equal(FinishReason.Stop, answer.Outcome.Reason);
        // At most the steps that were under way when the text showed the stop string count beyond it.
        Assert.InRange(answer.Outcome.GeneratedTokens, answer.Text.Length + 3, answer.Text.Length + 3 + stepsInFlight);
    }

    [Fact]
    public async Task Cancel_WhileRunning_StopsWithinOneStep()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(5));
        Generation generation = engine.Submit(EngineFixture.Request("endless", 400));
        await generation.WaitAsync();

        generation.Cancel();
        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);
        int steps = engine.Executor.Steps;
        await Task.Delay(50);

        Assert.Equal(FinishReason.Cancelled, answer.Outcome.Reason);
        Assert.Equal(answer.Outcome.GeneratedTokens, Generated(engine));
        Assert.InRange(engine.Executor.Steps - steps, 0, 1);
        Assert.Equal(0, engine.Loop.Status.TotalRunning);
    }

    [Fact]
    public async Task TrySubmit_QueueFull_IsRefusedWithAWaitFromTheDrainRate()
    {
        using ManualResetEventSlim gate = new();
        BatchPolicy policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 1, QueueRequests = 3 };
        using EngineFixture engine = new(policy: policy, configure: executor => executor.BeforeStep = _ => gate.Wait());
        List<Generation> accepted = [engine.Submit(EngineFixture.Request("first", 2))];
        await Until(() => engine.Loop.Status.TotalRunning == 1);

        Rejection? rejection = null;
        for (int i = 0; i < 10 && rejection is null; i++)
        {
            rejection = engine.Loop.TrySubmit(EngineFixture.Request($"more {i}", 2), out Generation? generation);
            if (generation is not null)
            {
                accepted.Add(generation);
            }
        }

        Assert.Equal(RejectionKind.QueueFull, rejection?.Kind);
        Assert.Equal(4, accepted.Count);
        Assert.True(rejection!.RetryAfter > TimeSpan.Zero);
        gate.Set();
        foreach (Generation generation in accepted)
        {
            Assert.Equal(2, (await EngineFixture.ReadAsync(generation)).Tokens.Length);
        }
    }

    [Fact]
    public async Task TrySubmit_BurstFromManyThreads_NeverPassesTheBound()
    {
        using ManualResetEventSlim gate = new();
        BatchPolicy policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 1, QueueRequests = 10 };
        using EngineFixture engine = new(policy: policy, configure: executor => executor.BeforeStep = _ => gate.Wait());

        int accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                if (engine.Loop.TrySubmit(EngineFixture.Request("burst", 1), out Generation? _) is null)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        })));
        gate.Set();

        // The bound, and the one that may have left the queue for its row.
        Assert.InRange(accepted, 10, 11);
    }

    [Theory]
    [InlineData(512, RejectionKind.PromptTooLong, "The prompt has 512 tokens; the context of hash is 512 tokens")]
    [InlineData(0, RejectionKind.InvalidParameter, "no tokens")]
    public void TrySubmit_ImpossiblePrompt_SaysWhy(int length, RejectionKind kind, string message)
    {
        using EngineFixture engine = new();

        Rejection? rejection = engine.Loop.TrySubmit(EngineFixture.Request(new string('x', length), 4), out _);

        Assert.Equal(kind, rejection?.Kind);
        Assert.Contains(message, rejection!.Message);
    }

    [Fact]
    public async Task Submit_NoLimitGiven_FillsTheContextAndEnds()
    {
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { MaxContext = 50 });

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("0123456789", maxNewTokens: null));

        Assert.Equal((FinishReason.Length, 40), (answer.Outcome.Reason, answer.Outcome.GeneratedTokens));
    }

    [Fact]
    public async Task ReaderStops_OthersGoOnAndTheReaderIsGivenUpInTime()
    {
        ExecutorLimits limits = HashExecutor.DefaultLimits with { BlockCount = 2048, MaxContext = 4096 };
        BatchPolicy policy = BatchPolicy.For(limits) with { ReaderPatience = TimeSpan.FromSeconds(1) };
        using EngineFixture engine = new(limits, policy);
        Generation unread = engine.Submit(EngineFixture.Request("never read", 3000));
        await Until(() => Generated(engine) >= Generation.Capacity);

        EngineFixture.Answer other = await engine.RunAsync(EngineFixture.Request("read", 50));
        long paused = Generated(engine) - 50;
        EngineFixture.Answer late = await Task.Run(async () =>
        {
            await Task.Delay(2000);
            return await EngineFixture.ReadAsync(unread);
        });

        Assert.Equal(50, other.Tokens.Length);
        Assert.InRange(paused, Generation.Capacity, Generation.Capacity + 2);
        Assert.Equal(FinishReason.Abandoned, late.Outcome.Reason);
    }

    [Fact]
    public async Task ReaderIsSlow_GetsEverything()
    {
        ExecutorLimits limits = HashExecutor.DefaultLimits with { BlockCount = 2048, MaxContext = 4096 };
        using EngineFixture engine = new(limits);
        Generation generation = engine.Submit(EngineFixture.Request("slow", 3000));
        await Until(() => Generated(engine) >= Generation.Capacity);
        await Task.Delay(100);

        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);

        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("slow"), 3000, Vocabulary), answer.Tokens);
    }

    [Fact]
    public async Task StepFails_RunningEndWithTheReasonAndWaitingGoOn()
    {
        BatchPolicy policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 1 };
        using ManualResetEventSlim gate = new();
        int calls = 0;
        using EngineFixture engine = new(policy: policy, configure: executor => executor.BeforeStep = _ =>
        {
            gate.Wait();
            if (Interlocked.Increment(ref calls) == 3)
            {
                throw new ExecutorException("the device fell over");
            }
        });
        Generation first = engine.Submit(EngineFixture.Request("first", 20));
        Generation second = engine.Submit(EngineFixture.Request("second", 20));
        gate.Set();

        EngineFixture.Answer failed = await EngineFixture.ReadAsync(first);
        EngineFixture.Answer survived = await EngineFixture.ReadAsync(second);

        Assert.Equal(FinishReason.Failed, failed.Outcome.Reason);
        Assert.Contains("the device fell over", failed.Outcome.Error);
        Assert.Equal(HashExecutor.Continue(EngineFixture.Prompt("second"), 20, Vocabulary), survived.Tokens);
        Assert.Null(engine.Loop.FindProblem());
    }

    [Fact]
    public async Task EveryStepFails_EngineGivesUpAndSaysSo()
    {
        using EngineFixture engine = new(configure: executor => executor.BeforeStep = _ => throw new ExecutorException("no memory"));

        EngineFixture.Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            engine.Loop.TrySubmit(EngineFixture.Request($"r{i}", 5), out Generation? generation) is null
                ? EngineFixture.ReadAsync(generation!)
                : Task.FromResult(new EngineFixture.Answer("", [], null!))));

        Assert.All(answers.Where(answer => answer.Outcome is not null), answer => Assert.Equal(FinishReason.Failed, answer.Outcome.Reason));
        Assert.Contains("no memory", engine.Loop.FindProblem());
        Assert.Equal(RejectionKind.Unavailable, engine.Loop.TrySubmit(EngineFixture.Request("late"), out _)?.Kind);
    }

    [Fact]
    public async Task StepHangs_EngineCountsAsWedged()
    {
        using ManualResetEventSlim gate = new();
        using HashExecutor executor = new() { BeforeStep = _ => gate.Wait() };
        using EngineLoop loop = new(executor, new EngineOptions
        {
            ModelName = "hash",
            CacheIdentity = "hash",
            Tokenizer = new ByteTokenizer(),
            StallAfter = TimeSpan.FromMilliseconds(300),
        });
        Assert.Null(loop.FindProblem());
        loop.TrySubmit(EngineFixture.Request("stuck"), out Generation? generation);

        await Until(() => loop.FindProblem() is not null);
        Assert.Contains("no step of hash on test:0 has completed", loop.FindProblem());
        gate.Set();
        await EngineFixture.ReadAsync(generation!);
        await Until(() => loop.FindProblem() is null);
    }

    [Fact]
    public async Task ChangePolicy_OnARunningModel_HoldsFromTheNextStepAndIsVersioned()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(1));
        Generation[] running = [.. Enumerable.Range(0, 8).Select(i => engine.Submit(EngineFixture.Request($"long {i}", 200)))];
        await Until(() => engine.Loop.Status.TotalRunning == 8);

        PolicyVersion version = await engine.Loop.ChangePolicyAsync(engine.Loop.Policy.Policy with { MaxRunning = 2 }, "ada", "less load");
        Generation late = engine.Submit(EngineFixture.Request("late", 2));
        await Task.Delay(30);

        // Lowering drains: nobody is evicted, nobody new is let in above the bound.
        Assert.Equal((2, "ada", "less load"), (version.Version, version.Author, version.Reason));
        Assert.Equal(8, engine.Loop.Status.TotalRunning);
        Assert.Equal(WaitReason.RunningLimit, (await engine.Loop.SnapshotAsync()).WaitReason);
        foreach (Generation generation in running)
        {
            Assert.Equal(200, (await EngineFixture.ReadAsync(generation)).Tokens.Length);
        }
        Assert.Equal(2, (await EngineFixture.ReadAsync(late)).Tokens.Length);
        Assert.Equal(2, engine.Loop.Policies.Count);
    }

    [Fact]
    public async Task ChangePolicy_BeyondTheLimits_IsRefusedWithEveryProblem()
    {
        using EngineFixture engine = new();
        BatchPolicy absurd = engine.Loop.Policy.Policy with { MaxRunning = 1000, TokenBudget = 0 };

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => engine.Loop.ChangePolicyAsync(absurd, "ada", ""));

        Assert.Contains("Most running sequences is 1000; it must be from 1 to 8.", error.Message);
        Assert.Contains("The token budget is 0", error.Message);
        Assert.Equal(1, engine.Loop.Policy.Version);
    }

    [Fact]
    public async Task Drain_LetsWorkFinishAndRefusesNew()
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        Generation running = engine.Submit(EngineFixture.Request("running", 30));

        Task drained = engine.Loop.DrainAsync();
        Rejection? refused = engine.Loop.TrySubmit(EngineFixture.Request("new"), out _);
        await drained;

        Assert.Equal(RejectionKind.Draining, refused?.Kind);
        Assert.Equal(30, (await EngineFixture.ReadAsync(running)).Tokens.Length);
        engine.Loop.Resume();
        Assert.Equal(8, (await engine.RunAsync(EngineFixture.Request("again"))).Tokens.Length);
    }

    [Fact]
    public async Task Dispose_WithWorkUnderWay_EndsItWithAWord()
    {
        EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(2));
        Generation generation = engine.Submit(EngineFixture.Request("cut off", 400));
        await generation.WaitAsync();

        engine.Dispose();
        EngineFixture.Answer answer = await EngineFixture.ReadAsync(generation);

        Assert.Equal(FinishReason.Failed, answer.Outcome.Reason);
        Assert.Contains("stopped", answer.Outcome.Error);
        Assert.True(engine.Executor.IsDisposed);
        Assert.Equal(RejectionKind.Unavailable, engine.Loop.TrySubmit(EngineFixture.Request("late"), out _)?.Kind);
    }

    [Fact]
    public async Task Snapshot_ShowsEveryRequest()
    {
        using ManualResetEventSlim gate = new();
        BatchPolicy policy = BatchPolicy.For(HashExecutor.DefaultLimits) with { MaxRunning = 2 };
        using EngineFixture engine = new(policy: policy, configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(1));
        Generation[] generations = [.. Enumerable.Range(0, 5).Select(i => engine.Submit(EngineFixture.Request($"request {i}", 300, tenant: $"tenant {i}")))];
        await Until(() => engine.Loop.Status.TotalRunning == 2 && engine.Loop.Status.TotalWaiting == 3);

        EngineSnapshot snapshot = await engine.Loop.SnapshotAsync();

        Assert.Equal(["tenant 0", "tenant 1"], snapshot.Requests.Where(request => request.State == SequenceState.Running).Select(request => request.Tenant).Order());
        Assert.Equal(["tenant 2", "tenant 3", "tenant 4"], snapshot.Requests.Where(request => request.State == SequenceState.Waiting).Select(request => request.Tenant).Order());
        Assert.Equal(engine.Loop.Limits.BlockCount, snapshot.KvFree + snapshot.KvCached + snapshot.KvUsed);
        foreach (Generation generation in generations)
        {
            generation.Cancel();
        }
    }

    private static long Generated(EngineFixture engine) => engine.Loop.Accounts.All.Sum(account => account.GeneratedTokens);

    private static async Task Until(Func<bool> condition)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), "the condition did not come true in 20 s");
            await Task.Delay(5);
        }
    }
}
