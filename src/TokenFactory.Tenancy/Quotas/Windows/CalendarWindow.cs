using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas.Windows;

/// <summary>A day, week or month of a time zone, as instants: from <paramref name="Start"/> up to but not with <paramref name="End"/>.</summary>
/// <param name="Start">First instant.</param>
/// <param name="End">First instant after it.</param>
public readonly record struct CalendarWindow(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>
    /// The window that holds an instant. Windows follow each other without gap or overlap, also where clocks change: a day may have 23
    /// or 25 hours, and where midnight is skipped it begins with the first minute that exists.
    /// </summary>
    public static CalendarWindow Holding(DateTimeOffset instant, UsageWindow kind, TimeZoneInfo zone)
    {
        DateOnly day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
        DateOnly first = FirstDay(day, kind);
        CalendarWindow window = new(StartOf(first, zone), StartOf(Next(first, kind), zone));

        // Where clocks go back over midnight, an instant's date can lie before the window that has begun already.
        return instant >= window.End ? Holding(window.End, kind, zone) : window;
    }

    public bool Contains(DateTimeOffset instant) => instant >= Start && instant < End;

    private static DateOnly FirstDay(DateOnly day, UsageWindow kind) => kind switch
    {
        UsageWindow.Day => day,
        UsageWindow.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        _ => new DateOnly(day.Year, day.Month, 1),
    };

    private static DateOnly Next(DateOnly first, UsageWindow kind) => kind switch
    {
        UsageWindow.Day => first.AddDays(1),
        UsageWindow.Week => first.AddDays(7),
        _ => first.AddMonths(1),
    };

    /// <summary>The first instant whose local date is <paramref name="day"/>; of a midnight that comes twice the earlier one.</summary>
    private static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone)
    {
        DateTime midnight = day.ToDateTime(TimeOnly.MinValue);
        if (zone.IsInvalidTime(midnight))
        {
            // Clocks jump over midnight by at most a few hours: the day begins where they land.
            DateTime landing = midnight;
            while (zone.IsInvalidTime(landing))
            {
                landing = landing.AddMinutes(1);
            }
            return new DateTimeOffset(landing, zone.GetUtcOffset(landing)).ToUniversalTime();
        }
        TimeSpan offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }
}
