using Microsoft.Extensions.Logging.Abstractions;
using TokenFactory.Web.Live.Signals;
using Xunit;

namespace TokenFactory.Web.Tests.Live;

public sealed class CallbackThrottlerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(60);

    [Fact]
    public async Task Signal_ManyTimes_CallsSeldomAndOnceAfterTheLast()
    {
        int signals = 0;
        int seen = 0;
        int calls = 0;
        using CallbackThrottler throttler = new(
            Interval,
            () =>
            {
                calls++;
                seen = Volatile.Read(ref signals);
                return Task.CompletedTask;
            },
            TimeProvider.System,
            NullLogger.Instance);

        for (int i = 0; i < 100; i++)
        {
            Interlocked.Increment(ref signals);
            throttler.Signal();
            await Task.Delay(3);
        }
        await Task.Delay(Interval * 4);

        Assert.Equal(100, seen);
        Assert.InRange(calls, 2, 40);
    }

    [Fact]
    public async Task Signal_WhileACallRuns_IsFollowedByAnother()
    {
        TaskCompletionSource first = new();
        int calls = 0;
        using CallbackThrottler throttler = new(Interval, () => ++calls == 1 ? first.Task : Task.CompletedTask, TimeProvider.System, NullLogger.Instance);

        throttler.Signal();
        await UntilAsync(() => calls == 1);
        throttler.Signal();
        await Task.Delay(Interval * 2);
        Assert.Equal(1, calls);
        first.SetResult();

        await UntilAsync(() => calls == 2);
    }

    [Fact]
    public async Task Callback_Throws_LaterSignalsCallAgain()
    {
        int calls = 0;
        using CallbackThrottler throttler = new(
            Interval, () => ++calls == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask, TimeProvider.System, NullLogger.Instance);

        throttler.Signal();
        await UntilAsync(() => calls == 1);
        await Task.Delay(20);
        throttler.Signal();

        await UntilAsync(() => calls == 2);
    }

    [Fact]
    public async Task Dispose_Signalled_CallsNoMore()
    {
        int calls = 0;
        CallbackThrottler throttler = new(Interval, () => { calls++; return Task.CompletedTask; }, TimeProvider.System, NullLogger.Instance);
        throttler.Dispose();

        throttler.Signal();
        await Task.Delay(Interval * 2);

        Assert.Equal(0, calls);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int i = 0; i < 500 && !holds(); i++)
        {
            await Task.Delay(10);
        }
        Assert.True(holds());
    }
}
