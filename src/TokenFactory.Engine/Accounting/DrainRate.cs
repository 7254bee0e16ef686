namespace TokenFactory.Engine.Accounting;

/// <summary>How fast requests leave the queue: an exponentially weighted rate with a time constant of thirty seconds.</summary>
internal sealed class DrainRate(long ticksPerSecond)
{
    private const double TimeConstantSeconds = 30;
    private static readonly TimeSpan Unmeasured = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private double _perSecond;
    private long _updatedAt;

    /// <summary>Requests a second lately. Safe for any thread.</summary>
    public double PerSecond => Volatile.Read(ref _perSecond);

    /// <summary>Takes in requests that started since the last call.</summary>
    public void Add(int started, long now)
    {
        double seconds = (now - _updatedAt) / (double)ticksPerSecond;
        if (_updatedAt == 0 || seconds <= 0)
        {
            _updatedAt = _updatedAt == 0 ? now : _updatedAt;
            Volatile.Write(ref _perSecond, _perSecond + (started / TimeConstantSeconds));
            return;
        }
        double decay = Math.Exp(-seconds / TimeConstantSeconds);
        Volatile.Write(ref _perSecond, (_perSecond * decay) + (started * (1 - decay) / seconds));
        _updatedAt = now;
    }

    /// <summary>When a queue of this length will have room, from one second to ten minutes; half a minute where nothing was measured yet.</summary>
    public TimeSpan TimeFor(int requests)
    {
        double perSecond = Volatile.Read(ref _perSecond);
        if (perSecond == 0)
        {
            return Unmeasured;
        }
        double seconds = Math.Max(1, requests / perSecond);
        return seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Longest;
    }
}
