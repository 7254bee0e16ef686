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
public sealed class LedgerTotals(UsageReader reader, IOptions<LiveOptions> options, TimeProvider clock, ILogger<LedgerTotals> logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile FactoryTotals? _newest;
    private readonly CancellationTokenSource _stopping = new();
    private Task _asking = Task.CompletedTask;
    private DateTimeOffset _askAt;

    /// <summary>The newest sums; null before the first answer. Asks again where they are old.</summary>
    public FactoryTotals? Newest
    {
        get
        {
            lock (_lock)
            {
                DateTimeOffset now = clock.GetUtcNow();
                if (now >= _askAt && _asking.IsCompleted && !_stopping.IsCancellationRequested)
                {
                    _askAt = now + Interval;
                    _asking = Task.Run(() => AskAsync(now));
                }
            }
            return _newest;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task asking;
        lock (_lock)
        {
            asking = _asking;
        }
        await asking;
        _stopping.Dispose();
    }

    private async Task AskAsync(DateTimeOffset now)
    {
        try
        {
            TimeZoneInfo zone = options.Value.FindTimeZone();
            _newest = new FactoryTotals(await SinceAsync(UsageWindow.Day), await SinceAsync(UsageWindow.Week), await SinceAsync(UsageWindow.Month), zone.Id);

            Task<UsageTotal> SinceAsync(UsageWindow window) => reader.TotalSinceAsync(CalendarWindow.Holding(now, window, zone).Start, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
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
