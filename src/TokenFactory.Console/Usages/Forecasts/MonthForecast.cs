namespace TokenFactory.Web.Usages.Forecasts;

/// <summary>How the rest of a month is expected to go, and why. All days are those of UTC.</summary>
public sealed class MonthForecast
{
    private const int FewestDays = 7;
    private const int DaysForWeekdays = 14;

    private readonly DateTimeOffset _now;
    private readonly DateOnly _today;
    private readonly int _wholeDays;

    /// <param name="now">The present.</param>
    /// <param name="firstDay">The first day with usage, which may be a part of one; null where there was none.</param>
    public MonthForecast(DateTimeOffset now, DateOnly? firstDay)
    {
        _now = now.ToUniversalTime();
        _today = DateOnly.FromDateTime(_now.UtcDateTime);
        _wholeDays = firstDay is { } first ? Math.Max(0, _today.DayNumber - first.DayNumber - 1) : 0;
    }

    /// <summary>The earliest day that a forecast looks at.</summary>
    public static DateOnly EarliestDay(DateOnly today) => today.AddDays(-DaysForWeekdays);

    /// <summary>Whether there is enough to go by.</summary>
    public bool IsPossible => _wholeDays >= FewestDays;

    /// <summary>How it is computed, or why it is not, in words.</summary>
    public string Method => this switch
    {
        { IsPossible: false } => $"Too little data: there are {_wholeDays} whole days after the first use, and a forecast needs {FewestDays}.",
        { ByWeekday: true } => "What was used this month, and for each day left the mean of its weekday over the last 14 whole days; of today the share that is left. Days are those of UTC.",
        _ => "What was used this month, and for each day left the mean of the last 7 whole days; of today the share that is left. By weekday once there are 14 days. Days are those of UTC.",
    };

    private bool ByWeekday => _wholeDays >= DaysForWeekdays;

    /// <summary>What the whole month comes to; null where there is too little data.</summary>
    /// <param name="used">Used this month up to now.</param>
    /// <param name="ofDay">Used on a day.</param>
    public decimal? Of(decimal used, Func<DateOnly, decimal> ofDay)
    {
        if (!IsPossible)
        {
            return null;
        }
        decimal left = 1 - ((decimal)_now.TimeOfDay.Ticks / TimeSpan.TicksPerDay);
        decimal sum = used + (left * Expected(_today, ofDay));
        for (DateOnly day = _today.AddDays(1); day.Month == _today.Month; day = day.AddDays(1))
        {
            sum += Expected(day, ofDay);
        }
        return sum;
    }

    private decimal Expected(DateOnly day, Func<DateOnly, decimal> ofDay)
    {
        DateOnly[] looked =
        [
            .. Enumerable.Range(1, ByWeekday ? DaysForWeekdays : FewestDays).Select(back => _today.AddDays(-back))
                .Where(past => !ByWeekday || past.DayOfWeek == day.DayOfWeek),
        ];
        return looked.Sum(ofDay) / looked.Length;
    }
}
