using Microsoft.Extensions.Options;
using TokenFactory.Tenancy;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Hosting.Tenants;

/// <summary>Gets the tenancy ready before anything listens, and says once which keys were made.</summary>
internal sealed partial class TenancyService(TenancyStart start, IOptions<TokenFactoryOptions> options, ILogger<TenancyService> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        BootstrapOptions given = options.Value.Bootstrap;
        TenancyStarted started;
        try
        {
            started = await start.RunAsync(new FirstKeys(given.AdminKey, given.ApiKey), cancellationToken);
        }
        catch (TenancyException problem)
        {
            throw new StartupException($"A key in TokenFactory:Bootstrap cannot be used: {problem.Message}", problem);
        }
        Announce(started.Keys);
        if (started.BrokenOff > 0)
        {
            LogBrokenOff(started.BrokenOff);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Announce(IReadOnlyList<NewKey> keys)
    {
        if (keys.Count == 0)
        {
            return;
        }
        Console.WriteLine("First start. These keys are shown once and kept nowhere in clear; note them now:");
        foreach (NewKey key in keys)
        {
            Console.WriteLine(key.Key.IsAdmin ? $"  administrator's key:      {key.Text}" : $"  key of the tenant local:  {key.Text}");
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} requests were under way when an earlier process ended; what they had used is in the ledger.")]
    private partial void LogBrokenOff(int count);
}
