namespace TokenFactory.Telemetry;

/// <summary>The last ten minutes, a value a second, in a fixed ring. Safe for any thread; adding allocates nothing.</summary>
/// <typeparam name="T">A value of one second; its default stands for a second without one.</typeparam>
public sealed class SecondRing<T>
    where T : struct
{
    /// <summary>Seconds kept.</summary>
    public const int Length = 600;

    private readonly Lock _lock = new();
    private readonly long[] _seconds = new long[Length];
    private readonly T[] _values = new T[Length];
    private long _newest;

    /// <summary>The newest value; null before the first.</summary>
    public T? Newest
    {
        get
        {
            lock (_lock)
            {
                return _newest > 0 ? _values[(int)(_newest % Length)] : null;
            }
        }
    }

    /// <summary>Sets the value of a second, in Unix time.</summary>
    public void Add(long second, in T value)
    {
        lock (_lock)
        {
            _seconds[(int)(second % Length)] = second;
            _values[(int)(second % Length)] = value;
            _newest = second;
        }
    }

    /// <summary>The value of a second; null where there is none.</summary>
    public T? At(long second)
    {
        lock (_lock)
        {
            return second > 0 && _seconds[(int)(second % Length)] == second ? _values[(int)(second % Length)] : null;
        }
    }

    /// <summary>Fills <paramref name="into"/> with the seconds that end before <paramref name="nowSecond"/>, oldest first; null where one has no value.</summary>
    public void CopyTo(Span<T?> into, long nowSecond)
    {
        lock (_lock)
        {
            for (int i = 0; i < into.Length; i++)
            {
                long second = nowSecond - into.Length + i;
                int slot = (int)(Math.Max(0, second) % Length);
                into[i] = second > 0 && _seconds[slot] == second ? _values[slot] : null;
            }
        }
    }
}
