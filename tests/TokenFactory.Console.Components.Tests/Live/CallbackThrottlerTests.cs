using Microsoft.Extensions.Logging.Abstractions;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class CallbackThrottlerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ManualClock _clock = new();
    private int _calls;

    [Fact]
    public void Signal_AfterQuiet_CallsAtOnce()
    {
        using CallbackThrottler throttler = Create(() => Task.CompletedTask);

        throttler.Signal();
        _clock.Advance(TimeSpan.Zero);

        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Signal_ManyInAnInterval_CallTwice()
    {
        using CallbackThrottler throttler = Create(() => Task.CompletedTask);
        throttler.Signal();
        _clock.Advance(TimeSpan.Zero);

        for (int i = 0; i < 50; i++)
        {
            throttler.Signal();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(1, _calls);
        _clock.Advance(Interval);

        Assert.Equal(2, _calls);
    }

    [Fact]
    public void Signal_WhileACallRuns_IsFollowedByOneMore()
    {
        TaskCompletionSource running = new();
        using CallbackThrottler throttler = Create(() => running.Task);
        throttler.Signal();
        _clock.Advance(TimeSpan.Zero);

        throttler.Signal();
        throttler.Signal();
        _clock.Advance(10 * Interval);
        Assert.Equal(1, _calls);
        running.SetResult();
        _clock.Advance(TimeSpan.Zero);

        Assert.Equal(2, _calls);
    }

    [Fact]
    public void Signal_CallFailed_CallsAgain()
    {
        using CallbackThrottler throttler = Create(() => throw new InvalidOperationException("a broken view"));
        throttler.Signal();
        _clock.Advance(Interval);

        throttler.Signal();
        _clock.Advance(Interval);

        Assert.Equal(2, _calls);
    }

    [Fact]
    public void Dispose_CallScheduled_NeverCalls()
    {
        CallbackThrottler throttler = Create(() => Task.CompletedTask);
        throttler.Signal();

        throttler.Dispose();
        _clock.Advance(Interval);
        throttler.Signal();
        _clock.Advance(Interval);

        Assert.Equal(0, _calls);
    }

    private CallbackThrottler Create(Func<Task> callback) => new(
        Interval,
        () =>
        {
            _calls++;
            return callback();
        },
        _clock,
        NullLogger.Instance);
}
