namespace TokenFactory.Tenancy.Tests;

/// <summary>A wall clock that tests set, also back, and a monotonic clock that only goes on.</summary>
internal sealed class WallClock(DateTimeOffset now) : TimeProvider
{
    private long _ticks;

    public DateTimeOffset Now { get; set; } = now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <summary>Both clocks go on.</summary>
    public void Pass(TimeSpan time)
    {
        Now += time;
        _ticks += time.Ticks;
    }
}
