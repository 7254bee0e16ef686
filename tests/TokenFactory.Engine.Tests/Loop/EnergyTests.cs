using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Tests.Loop;

/// <summary>What a step's energy is, and who is charged with it.</summary>
public sealed class EnergyTests
{
    private const double Watts = 50;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task Energy_OfStepsThatTwoShare_IsSplitByTokensAndChargedOnce()
    {
        using ManualResetEventSlim begun = new();
        using ManualResetEventSlim gate = new();
        using EngineFixture engine = new(
            HashExecutor.DefaultLimits with { StepsInFlight = 1 }, configure: executor => (executor.StepTime, executor.BeforeStep) = (Step, _ => Hold()), watts: () => Watts);

        // While this one's only step is held up, the other two arrive: from then on each step is theirs together.
        Generation first = engine.Submit(EngineFixture.Request("x", 1));
        begun.Wait(TestContext.Current.CancellationToken);
        Generation brief = engine.Submit(EngineFixture.Request("12345678", 4));
        Generation wordy = engine.Submit(EngineFixture.Request("a prompt of thirty-two characters", 4));
        gate.Set();
        EngineFixture.Answer[] answers = await Task.WhenAll(EngineFixture.ReadAsync(first), EngineFixture.ReadAsync(brief), EngineFixture.ReadAsync(wordy));

        double perStep = Step.TotalSeconds * Watts;
        double shared = engine.Executor.Steps - 2;
        Assert.Equal(perStep, answers[0].Outcome.Joules!.Value, 1e-9);
        Assert.Equal((perStep * 8 / 41) + (perStep * shared / 2), answers[1].Outcome.Joules!.Value, 1e-9);
        Assert.Equal((perStep * 33 / 41) + (perStep * shared / 2), answers[2].Outcome.Joules!.Value, 1e-9);
        RateSample[] seconds = new RateSample[RateHistory.Length];
        engine.Loop.Rates.CopyTo(seconds, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        Assert.Equal(engine.Executor.Steps * perStep, seconds.Sum(second => second.Joules), 1e-9);
        Assert.Equal(engine.Executor.Steps * Step.TotalMilliseconds, seconds.Sum(second => second.BusyMilliseconds), 1e-6);

        void Hold()
        {
            begun.Set();
            gate.Wait();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Energy_ThatNothingMeasures_IsUnknownAndNotZero(bool asks)
    {
        using EngineFixture engine = new(configure: executor => executor.StepTime = Step, watts: asks ? () => null : null);

        EngineFixture.Answer answer = await engine.RunAsync(EngineFixture.Request("a prompt", 4));

        Assert.Null(answer.Outcome.Joules);
    }
}
