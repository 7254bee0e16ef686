namespace TokenFactory.Web.Live.Signals;

/// <summary>
/// Tells listeners that something changed. A signal carries no data: whoever hears it looks again, so that a slow listener misses
/// nothing and no queue can grow.
/// </summary>
public sealed class SignalSource(TimeProvider clock, ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile Subscription[] _subscriptions = [];

    public int Count => _subscriptions.Length;

    /// <summary>Calls <paramref name="callback"/> after signals, never twice at once.</summary>
    /// <param name="interval">The least time between the starts of two calls.</param>
    /// <param name="callback">Looks again and shows what it finds.</param>
    public Subscription Subscribe(TimeSpan interval, Func<Task> callback)
    {
        Subscription subscription = new(this, new CallbackThrottler(interval, callback, clock, logger));
        lock (_lock)
        {
            _subscriptions = [.. _subscriptions, subscription];
        }
        return subscription;
    }

    public void Notify()
    {
        foreach (Subscription subscription in _subscriptions)
        {
            subscription.Signal();
        }
    }

    internal void Remove(Subscription subscription)
    {
        lock (_lock)
        {
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
        }
    }
}
