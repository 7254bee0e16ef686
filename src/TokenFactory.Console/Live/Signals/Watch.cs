namespace TokenFactory.Web.Live.Signals;

/// <summary>A watcher of a store that only looks while it is watched; disposing of it ends the subscription and tells the store, once.</summary>
internal sealed class Watch(Subscription subscription, Action leave) : IDisposable
{
    private int _disposed;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            subscription.Dispose();
            leave();
        }
    }
}
