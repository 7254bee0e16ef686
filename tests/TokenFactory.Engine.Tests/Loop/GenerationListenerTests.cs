using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>A generation's listener hears each of its turning points once, whatever happens to it.</summary>
public sealed class GenerationListenerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Listener_OfMany_HearsEachBeginAndEndOnce(int stepsInFlight)
    {
        // Too few blocks for all at once: some are preempted, and begin again without beginning anew.
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { BlockCount = 40, MaxContext = 100, StepsInFlight = stepsInFlight });
        Ear[] ears = [.. Enumerable.Range(0, 12).Select(_ => new Ear())];

        EngineFixture.Answer[] answers = await Task.WhenAll(ears.Select((ear, i) => engine.RunAsync(EngineFixture.Request($"request {i} of twelve", 45) with { Listener = ear })));

        Assert.True(engine.Loop.Status.Preemptions > 0, "the test must preempt");
        Assert.All(ears, ear => Assert.Equal((1, 1), (ear.Started, ear.Finished)));
        Assert.Equal(answers.Select(answer => answer.Outcome), ears.Select(ear => ear.Outcome));
        Assert.All(ears, ear => Assert.Equal(45, ear.Generation!.GeneratedSoFar));
    }

    [Fact]
    public async Task Listener_OfOneCancelledInTheQueue_HearsOnlyItsEnd()
    {
        using ManualResetEventSlim gate = new();
        using EngineFixture engine = new(HashExecutor.DefaultLimits with { MaxSequences = 1 }, configure: executor => executor.BeforeStep = _ => gate.Wait());
        Generation first = engine.Submit(EngineFixture.Request("first", 2));
        Ear ear = new();
        Generation waiting = engine.Submit(EngineFixture.Request("second", 2) with { Listener = ear });

        waiting.Cancel();
        gate.Set();
        await EngineFixture.ReadAsync(first);
        await EngineFixture.ReadAsync(waiting);

        Assert.Equal((0, 1, FinishReason.Cancelled), (ear.Started, ear.Finished, ear.Outcome!.Reason));
        Assert.False(waiting.HasStarted);
    }

    [Fact]
    public async Task Listener_OfAFailedStep_HearsItsEnd()
    {
        using EngineFixture engine = new(configure: executor => executor.BeforeStep = _ => throw new ExecutorException("it burns"));
        Ear ear = new();

        await engine.RunAsync(EngineFixture.Request("first", 2) with { Listener = ear });

        Assert.Equal((1, FinishReason.Failed), (ear.Finished, ear.Outcome!.Reason));
    }

    [Fact]
    public async Task Listener_OfAStoppedEngine_HearsItsEnd()
    {
        Ear ear = new();
        Generation generation;
        using (EngineFixture engine = new(configure: executor => executor.StepTime = TimeSpan.FromMilliseconds(5)))
        {
            generation = engine.Submit(EngineFixture.Request("first", 400) with { Listener = ear });
        }
        await EngineFixture.ReadAsync(generation);

        Assert.Equal((1, FinishReason.Failed), (ear.Finished, ear.Outcome!.Reason));
    }

    [Fact]
    public async Task Listener_AtTheStart_KnowsWhatCameFromTheCache()
    {
        using EngineFixture engine = new();
        string prefix = new('s', 40);
        await engine.RunAsync(EngineFixture.Request(prefix + "first", 4));
        Ear ear = new();

        await engine.RunAsync(EngineFixture.Request(prefix + "other", 4) with { Listener = ear });

        Assert.Equal(40, ear.CachedAtStart);
    }

    private sealed class Ear : IGenerationListener
    {
        public int Started { get; private set; }

        public int Finished { get; private set; }

        public int CachedAtStart { get; private set; }

        public Generation? Generation { get; private set; }

        public GenerationOutcome? Outcome { get; private set; }

        public void OnStarted(Generation generation)
        {
            Started++;
            CachedAtStart = generation.CachedSoFar;
        }

        public void OnFinished(Generation generation, GenerationOutcome outcome)
        {
            Finished++;
            Generation = generation;
            Outcome = outcome;
        }
    }
}
