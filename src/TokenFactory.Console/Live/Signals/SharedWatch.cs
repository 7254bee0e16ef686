namespace TokenFactory.Web.Live.Signals;

/// <summary>Work that goes on as long as anybody watches, once for all who do. Safe for any thread.</summary>
/// <param name="signals">Calls back those who watch.</param>
/// <param name="throttle">The least time between two calls of one of them.</param>
/// <param name="work">Runs from the first who comes until the last has left.</param>
internal sealed class SharedWatch(SignalSource signals, TimeSpan throttle, Func<CancellationToken, Task> work) : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _watching;
    private int _watchers;

    /// <summary>Calls back until what is returned is disposed of.</summary>
    public IDisposable Subscribe(Func<Task> callback)
    {
        Subscription subscription = signals.Subscribe(throttle, callback);
        lock (_lock)
        {
            if (_watchers++ == 0)
            {
                _watching = new CancellationTokenSource();
                _ = work(_watching.Token);
            }
        }
        return new Watch(subscription, Leave);
    }

    /// <summary>Ends the work, whoever watches.</summary>
    public void Dispose()
    {
        _watching?.Cancel();
        _watching?.Dispose();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_watchers == 0)
            {
                _watching!.Cancel();
                _watching.Dispose();
                _watching = null;
            }
        }
    }
}
