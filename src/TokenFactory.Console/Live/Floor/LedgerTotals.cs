using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas.Windows;

namespace TokenFactory.Web.Live.Floor;

/// <summary>What all tenants used today, this week and this month.</summary>
/// <param name="Today">Since midnight.</param>
/// <param name="Week">Since Monday.</param>
/// <param name="Month">Since the first.</param>
/// <param name="TimeZone">Whose days these are.</param>
public sealed record FactoryTotals(UsageTotal Today, UsageTotal Week, UsageTotal Month, string TimeZone);

/// <summary>Asks the ledger for sums, at most once in a while, and never makes anybody wait.</summary>
public sealed class LedgerTotals(UsageReader reader, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LedgerTotals> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile FactoryTotals? _newest;
    private DateTimeOffset _askAt;

    /// <summary>The newest sums; null before the first answer. Asks again where they are old.</summary>
    public FactoryTotals? Newest
    {
        get
        {
            lock (_lock)
            {
                DateTimeOffset now = clock.GetUtcNow();
                if (now >= _askAt)
                {
                    _askAt = now + Interval;
                    _ = Task.Run(() => AskAsync(now));
                }
            }
            return _newest;
        }
    }

    private async Task AskAsync(DateTimeOffset now)
    {
        try
        {
            TimeZoneInfo zone = options.Value.FindTimeZone();
            _newest = new FactoryTotals(await SinceAsync(UsageWindow.Day), await SinceAsync(UsageWindow.Week), await SinceAsync(UsageWindow.Month), zone.Id);

            Task<UsageTotal> SinceAsync(UsageWindow window) => reader.TotalAsync(CalendarWindow.Holding(now, window, zone).Start, now + Interval);
        }
        catch (Exception problem) when (DatabaseUnavailableException.Explain(problem) is { } words)
        {
            // The ledger itself says so on the page; the last sums stay.
            logger.LogWarning("The totals could not be read. {Problem}", words);
        }
        catch (Exception problem)
        {
            logger.LogError(problem, "The totals could not be read.");
        }
    }
}
