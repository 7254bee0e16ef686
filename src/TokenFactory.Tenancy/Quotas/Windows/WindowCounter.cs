using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas.Windows;

/// <summary>
/// What was used, and what is reserved, in the current calendar window. Time only goes forward here: a clock that is set back neither
/// opens an earlier window again nor gives a budget twice.
/// </summary>
/// <param name="kind">The window.</param>
internal sealed class WindowCounter(UsageWindow kind)
{
    private CalendarWindow _window;

    public UsageWindow Kind => kind;

    /// <summary>Used and done with.</summary>
    public long Used { get; private set; }

    /// <summary>Promised to requests under way.</summary>
    public long Reserved { get; private set; }

    /// <summary>When the current window ends.</summary>
    public DateTimeOffset End => _window.End;

    /// <summary>Moves to the window that holds <paramref name="now"/>. Reservations go along: their tokens will be used in it.</summary>
    public void MoveTo(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (now < _window.End)
        {
            return;
        }
        _window = CalendarWindow.Holding(now, kind, zone);
        Used = 0;
    }

    /// <summary>What <paramref name="limit"/> leaves.</summary>
    public long Left(long limit) => Math.Max(0, limit - Saturated.Sum(Used, Reserved));

    public void Reserve(long amount) => Reserved = Saturated.Sum(Reserved, amount);

    /// <summary>Ends a reservation of which <paramref name="used"/> was used.</summary>
    public void Settle(long reserved, long used)
    {
        Reserved = Math.Max(0, Reserved - reserved);
        Used = Saturated.Sum(Used, used);
    }

    /// <summary>Takes over what was used before the process started.</summary>
    public void Seed(long used) => Used = Saturated.Sum(Used, used);
}
