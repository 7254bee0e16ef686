using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Tenancy;

/// <summary>What has to be done before the first request.</summary>
public sealed class TenancyStart(TenancyDatabase database, TenantAdministration administration, LedgerWriter ledger, QuotaSeeder seeder) : IAsyncDisposable
{
    private IAsyncDisposable? _lock;

    /// <summary>Lets another process have the database.</summary>
    public ValueTask DisposeAsync() => _lock?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>
    /// Brings the schema up to date, takes the database for this process, puts tenants in force, makes the first keys, counts what an earlier process left unfinished, and
    /// tells the quotas what was used.
    /// </summary>
    /// <param name="given">Keys that the operator names.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used.</exception>
    /// <exception cref="TenancyException">A key that the operator names is no key.</exception>
    public async Task<TenancyStarted> RunAsync(FirstKeys given, CancellationToken cancellation = default)
    {
        await database.MigrateAsync(cancellation);
        _lock = await database.LockAsync(cancellation);
        await administration.LoadAsync(cancellation);
        IReadOnlyList<NewKey> keys = await new Bootstrap(administration).RunAsync(given, cancellation);
        int brokenOff = await ledger.RecoverAsync(cancellation);
        await seeder.RunAsync(cancellation);
        ledger.Start();
        return new TenancyStarted(keys, brokenOff);
    }
}

/// <summary>What the start found and made.</summary>
/// <param name="Keys">Keys that were made because there were none, to be shown once.</param>
/// <param name="BrokenOff">Requests of an earlier process that ended with it, counted now.</param>
public sealed record TenancyStarted(IReadOnlyList<NewKey> Keys, int BrokenOff);
