namespace TokenFactory.Web.Policies;

/// <summary>Lets the guards look once a second.</summary>
internal sealed partial class PolicyGuardService(PolicyChanges changes, TimeProvider clock, ILogger<PolicyGuardService> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await changes.CheckGuardsAsync();
            }
            catch (Exception problem)
            {
                // A guard that fails once looks again a second later; the server does not end for it.
                LogFailed(problem);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "A policy guard could not look, or could not roll back.")]
    private partial void LogFailed(Exception problem);
}
