using Microsoft.JSInterop;

namespace TokenFactory.Web.Live.Signals;

/// <summary>
/// Turns any number of signals into few calls: the first after a quiet time calls at once, later ones wait until the interval is over,
/// and the last signal is always followed by a call. Calls never overlap, so a slow reader gets fewer of them.
/// </summary>
public sealed class CallbackThrottler : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeSpan _interval;
    private readonly Func<Task> _callback;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private State _state = State.Idle;
    private long _startedAt;
    private bool _hasRun;

    /// <param name="interval">The least time between the starts of two calls.</param>
    /// <param name="callback">What is called, on a pool thread.</param>
    /// <param name="clock">Says when the interval is over.</param>
    /// <param name="logger">Hears of calls that failed.</param>
    public CallbackThrottler(TimeSpan interval, Func<Task> callback, TimeProvider clock, ILogger logger)
    {
        _interval = interval;
        _callback = callback;
        _clock = clock;
        _logger = logger;
        // Signals come from anywhere; a call must not inherit the context of whichever came first.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(static throttler => _ = ((CallbackThrottler)throttler!).RunAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private enum State
    {
        Idle,
        Scheduled,
        Running,
        RunningAndSignalled,
        Disposed,
    }

    /// <summary>Asks for a call. Cheap, and safe for any thread.</summary>
    public void Signal()
    {
        lock (_lock)
        {
            if (_state == State.Idle)
            {
                Schedule();
            }
            else if (_state == State.Running)
            {
                _state = State.RunningAndSignalled;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _state = State.Disposed;
        }
        _timer.Dispose();
    }

    private void Schedule()
    {
        _state = State.Scheduled;
        TimeSpan left = _hasRun ? _interval - _clock.GetElapsedTime(_startedAt) : TimeSpan.Zero;
        _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task RunAsync()
    {
        lock (_lock)
        {
            if (_state != State.Scheduled)
            {
                return;
            }
            _state = State.Running;
            _startedAt = _clock.GetTimestamp();
            _hasRun = true;
        }
        try
        {
            await _callback().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is JSDisconnectedException or ObjectDisposedException or OperationCanceledException)
        {
            // The browser left between the signal and the call.
        }
        catch (Exception failure)
        {
            _logger.LogError(failure, "A live view could not be updated.");
        }
        lock (_lock)
        {
            if (_state == State.RunningAndSignalled)
            {
                Schedule();
            }
            else if (_state == State.Running)
            {
                _state = State.Idle;
            }
        }
    }
}
