namespace TokenFactory.Web.Live;

/// <summary>How often live pages move, and how much they show. Section <c>Live</c> of the configuration.</summary>
public sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>How often engines and the machine are looked at while somebody watches.</summary>
    public TimeSpan SampleInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The least time between two updates of one page, a streaming answer's too.</summary>
    public TimeSpan ThrottleInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the engines are asked for every request while somebody watches the queue.</summary>
    public TimeSpan QueueInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often quotas are looked at while somebody watches the tenants.</summary>
    public TimeSpan QuotaInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most rows of the totals; what is left out is counted.</summary>
    public int TotalsShown { get; set; } = 50;

    /// <summary>Whose days, weeks and months the Floor's totals are: a time zone's IANA name.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The time zone.</summary>
    public TimeZoneInfo FindTimeZone() => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>What makes no sense, each in words that name the key.</summary>
    public IEnumerable<string> FindProblems()
    {
        foreach ((string key, TimeSpan value) in new[]
        {
            (nameof(SampleInterval), SampleInterval), (nameof(ThrottleInterval), ThrottleInterval), (nameof(QueueInterval), QueueInterval),
            (nameof(QuotaInterval), QuotaInterval),
        })
        {
            if (value < TimeSpan.FromMilliseconds(10) || value > TimeSpan.FromMinutes(1))
            {
                yield return $"Live:{key} is {value}; it must be from 10 ms to 1 minute.";
            }
        }
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            yield return $"Live:{nameof(TimeZone)} is '{TimeZone}', which this machine does not know; give an IANA name, for instance Europe/Berlin.";
        }
        if (TotalsShown is < 1 or > 1000)
        {
            yield return $"Live:{nameof(TotalsShown)} is {TotalsShown}; it must be from 1 to 1000.";
        }
    }
}
