namespace TokenFactory.Tenancy.Ledger;

/// <summary>How long usage is summed over; in UTC.</summary>
public enum UsagePeriod
{
    Hour,
    Day,
    Month,
}

/// <summary>Where periods begin.</summary>
public static class UsagePeriods
{
    /// <summary>The beginning of the period that holds an instant.</summary>
    public static DateTimeOffset StartOf(this UsagePeriod period, DateTimeOffset instant)
    {
        DateTimeOffset utc = instant.ToUniversalTime();
        return period switch
        {
            UsagePeriod.Hour => new DateTimeOffset(utc.Year, utc.Month, utc.Day, utc.Hour, 0, 0, TimeSpan.Zero),
            UsagePeriod.Day => new DateTimeOffset(utc.Year, utc.Month, utc.Day, 0, 0, 0, TimeSpan.Zero),
            _ => new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }
}
