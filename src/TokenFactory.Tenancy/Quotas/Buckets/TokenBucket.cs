namespace TokenFactory.Tenancy.Quotas.Buckets;

/// <summary>
/// A token bucket: it holds at most its capacity, fills continuously over a minute, and a request takes what it needs or nothing. It
/// reads a monotonic clock, so that setting the wall clock changes nothing.
/// </summary>
internal sealed class TokenBucket
{
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private double _level;
    private double _capacity;
    private long _filledAt;

    public TokenBucket(TimeProvider clock, long capacity)
    {
        _clock = clock;
        _capacity = capacity;
        _level = capacity;
        _filledAt = clock.GetTimestamp();
    }

    /// <summary>What it holds now, rounded down.</summary>
    public long Level => (long)Math.Min(Math.Floor(_level), long.MaxValue);

    /// <summary>Adds what has flowed in since the last time. Where the capacity changed, the level keeps its distance from full, at most.</summary>
    public void Fill(long capacity)
    {
        long now = _clock.GetTimestamp();
        if (capacity != _capacity)
        {
            _level = Math.Max(0, _level + capacity - _capacity);
            _capacity = capacity;
        }
        _level = Math.Min(_capacity, _level + (_capacity * (_clock.GetElapsedTime(_filledAt, now) / Refill)));
        _filledAt = now;
    }

    /// <summary>Takes an amount; where it is not there, nothing.</summary>
    public bool TryTake(long amount)
    {
        if (_level < amount)
        {
            return false;
        }
        _level -= amount;
        return true;
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void Return(long amount) => _level = Math.Min(_capacity, _level + amount);

    /// <summary>How long until it holds an amount; null where it never will.</summary>
    public TimeSpan? Until(long amount)
    {
        if (amount > _capacity)
        {
            return null;
        }
        double missing = amount - _level;
        return missing <= 0 ? TimeSpan.Zero : Refill * (missing / _capacity);
    }
}
