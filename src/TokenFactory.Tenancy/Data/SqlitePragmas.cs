using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace TokenFactory.Tenancy.Data;

/// <summary>
/// Settings of every SQLite connection: a write-ahead log, so that readers and the writer do not wait for each other; synced at each
/// commit, because the ledger outlives a power cut; and some patience with a lock.
/// </summary>
/// <param name="more">Further settings, for instance a bound on the file's size; read at each opening.</param>
internal sealed class SqlitePragmas(Func<string>? more = null) : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = ON;";

    private string Text => Pragmas + more?.Invoke();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = Text;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = Text;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
