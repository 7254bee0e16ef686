using Microsoft.Data.Sqlite;
using Npgsql;

namespace TokenFactory.Tenancy.Data;

/// <summary>
/// Says that one server works on a database: quotas are handed out from its memory, and checkpoints that it finds at start are taken
/// for a dead one's. It ends with the process, however that ends.
/// </summary>
internal static class DatabaseLock
{
    // Any number that no other program is likely to lock in the same database: "tokens" in ASCII.
    private const long PostgresLock = 0x746F6B656E73;

    private const string Taken = "Another server works on this database. Stop it, or name another database.";

    /// <summary>Takes it until what is returned is disposed of.</summary>
    /// <exception cref="DatabaseUnavailableException">Another process has it, or it cannot be reached.</exception>
    public static Task<IAsyncDisposable> TakeAsync(string connectionString, bool isSqlite, CancellationToken cancellation) =>
        DatabaseUnavailableException.ExplainAsync<IAsyncDisposable>(
            async () => isSqlite ? TakeFile(connectionString) : await TakeServerAsync(connectionString, cancellation));

    private static FileStream TakeFile(string connectionString)
    {
        string file = new SqliteConnectionStringBuilder(connectionString).DataSource + ".lock";
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (problem is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new DatabaseUnavailableException(Taken, problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnavailableException("The database file cannot be opened. Check that its folder exists and may be written.", problem);
        }
    }

    private static async Task<NpgsqlConnection> TakeServerAsync(string connectionString, CancellationToken cancellation)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            await using NpgsqlCommand command = new($"SELECT pg_try_advisory_lock({PostgresLock})", connection);
            return await command.ExecuteScalarAsync(cancellation) is true ? connection : throw new DatabaseUnavailableException(Taken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
