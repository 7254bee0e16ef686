using Microsoft.Extensions.Logging.Abstractions;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class SignalSourceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Notify_SeveralListeners_ReachesEachUntilItLeaves()
    {
        SignalSource source = new(_clock, NullLogger.Instance);
        int first = 0, second = 0;
        Subscription leaving = source.Subscribe(TimeSpan.FromMilliseconds(100), () => Count(ref first));
        using Subscription staying = source.Subscribe(TimeSpan.FromMilliseconds(100), () => Count(ref second));
        source.Notify();
        _clock.Advance(TimeSpan.FromSeconds(1));

        leaving.Dispose();
        source.Notify();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((1, 2), (first, second));
        Assert.Equal(1, source.Count);
    }

    private static Task Count(ref int calls)
    {
        calls++;
        return Task.CompletedTask;
    }
}
