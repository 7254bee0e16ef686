namespace TokenFactory.Web.Live.Signals;

/// <summary>A listener's place at a <see cref="SignalSource"/>; disposing of it gives the place up.</summary>
public sealed class Subscription : IDisposable
{
    private readonly SignalSource _source;
    private readonly CallbackThrottler _throttler;

    internal Subscription(SignalSource source, CallbackThrottler throttler)
    {
        _source = source;
        _throttler = throttler;
    }

    /// <summary>Ends the subscription: no call begins after this; one that runs is not waited for.</summary>
    public void Dispose()
    {
        _source.Remove(this);
        _throttler.Dispose();
    }

    internal void Signal() => _throttler.Signal();
}
