using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Web.Hosting.Tenants;

/// <summary>Writes once a minute, and at the end, when keys were last used.</summary>
internal sealed partial class LastUseService(TenantAdministration administration, TimeProvider clock, ILogger<LastUseService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await administration.KeepLastUsedAsync(CancellationToken.None);
            }
            catch (Exception problem) when (DatabaseUnavailableException.Explain(problem) is { } words)
            {
                // It is for people to look at; the next minute brings the next chance.
                LogNotKept(words);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "When keys were last used could not be written. {Problem}")]
    private partial void LogNotKept(string problem);
}
