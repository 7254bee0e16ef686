using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Policies;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Policies;

public sealed class LatencyHistoryTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly HashModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Read_OfASpan_HasItsPercentilesAndNothingElse()
    {
        LatencyHistory history = new(_clock);
        Assert.Null(_model.Engine.TrySubmit(new GenerationRequest { Id = "r", Tenant = "t", Prompt = [1], MaxNewTokens = 1 }, out Generation? generation));
        DateTimeOffset begin = _clock.GetUtcNow();
        for (int i = 1; i <= 100; i++)
        {
            history.OnFinished(generation!, Ended(FinishReason.Stop, i));
        }
        history.OnFinished(generation!, Ended(FinishReason.Cancelled, 5000));
        _clock.Advance(TimeSpan.FromSeconds(10));
        DateTimeOffset later = _clock.GetUtcNow();
        history.OnFinished(generation!, Ended(FinishReason.Length, 9000));

        LatencyFigures first = history.Read("hash", begin, later);

        Assert.Equal((100, 50, 95, 1, 1), (
            first.Requests, first.FirstP50!.Value.TotalMilliseconds, first.FirstP95!.Value.TotalMilliseconds,
            first.BetweenP50!.Value.TotalMilliseconds, first.BetweenP95!.Value.TotalMilliseconds));
        Assert.Equal(110, first.TokensPerSecond, 6);
        Assert.Equal(9000, history.Read("hash", later, later.AddSeconds(1)).FirstP50!.Value.TotalMilliseconds);
        Assert.Equal(new LatencyFigures(0, 0, null, null, null, null), history.Read("none", begin, later));
    }

    private static GenerationOutcome Ended(FinishReason reason, int milliseconds) => new(
        reason, 1, 0, 11, TimeSpan.Zero, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMilliseconds(milliseconds + 10), null);
}
