using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace TokenFactory.Tenancy.Data;

/// <summary>
/// The database that a connection string names: SQLite for <c>Data Source=…</c>, PostgreSQL for <c>Host=…</c>. Contexts made here are
/// for one piece of work each. Safe for any thread.
/// </summary>
public sealed class TenancyDatabase
{
    private const int SqlitePatienceSeconds = 3;

    private readonly DbContextOptions<TenancyDbContext> _options;

    private readonly string _connectionString;

    private TenancyDatabase(DbContextOptions<TenancyDbContext> options, string connectionString, bool isSqlite)
    {
        _options = options;
        _connectionString = connectionString;
        IsSqlite = isSqlite;
    }

    public bool IsSqlite { get; }

    /// <summary>Names the database; nothing is opened yet.</summary>
    /// <exception cref="ArgumentException">The text names neither.</exception>
    public static TenancyDatabase At(string connectionString) => At(connectionString, morePragmas: null);

    /// <inheritdoc cref="At(string)"/>
    internal static TenancyDatabase At(string connectionString, Func<string>? morePragmas)
    {
        DbContextOptionsBuilder<TenancyDbContext> builder = new();
        if (connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase))
        {
            builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly("TokenFactory.Tenancy.Postgres"));
            return new TenancyDatabase(builder.Options, connectionString, isSqlite: false);
        }
        if (!connectionString.Contains("Data Source=", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("The database's connection string names neither a file (Data Source=…) nor a server (Host=…).", nameof(connectionString));
        }
        builder.UseSqlite(WithPatience(connectionString), sqlite => sqlite.MigrationsAssembly("TokenFactory.Tenancy.Sqlite")).AddInterceptors(new SqlitePragmas(morePragmas));
        return new TenancyDatabase(builder.Options, connectionString, isSqlite: true);
    }

    /// <summary>A lock is waited for this long, and then said to be one; the driver's own half a minute would hide it.</summary>
    private static string WithPatience(string connectionString) =>
        new SqliteConnectionStringBuilder($"Default Timeout={SqlitePatienceSeconds};{connectionString}").ConnectionString;

    /// <summary>A context for one piece of work.</summary>
    public TenancyDbContext Open() => new(_options);

    /// <summary>Does one piece of work in a context of its own.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used.</exception>
    internal Task<T> AskAsync<T>(Func<TenancyDbContext, Task<T>> work) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        await using TenancyDbContext context = Open();
        return await work(context);
    });

    /// <summary>Takes the database for this process alone, until what is returned is disposed of.</summary>
    /// <exception cref="DatabaseUnavailableException">Another process has it, or it cannot be reached.</exception>
    public Task<IAsyncDisposable> LockAsync(CancellationToken cancellation = default) =>
        DatabaseLock.TakeAsync(_connectionString, IsSqlite, cancellation);

    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be reached, written to, or was made by a newer version.</exception>
    public Task MigrateAsync(CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        await using TenancyDbContext context = Open();
        IEnumerable<string> known = context.Database.GetMigrations();
        string[] unknown = [.. (await context.Database.GetAppliedMigrationsAsync(cancellation)).Except(known)];
        if (unknown.Length > 0)
        {
            throw new DatabaseUnavailableException(
                $"The database was made by a newer version: it has the change {unknown[^1]}, which this one does not know. Start the newer version, or another database.");
        }
        await context.Database.MigrateAsync(cancellation);
    });
}

/// <summary>The database cannot be used; the message says why and what to do.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    private const string Contended = "Others changed the same rows of the database at the same time. Try again.";

    /// <summary>Does some work; where the database fails it, says so in words.</summary>
    /// <exception cref="DatabaseUnavailableException">The database failed.</exception>
    internal static async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception problem) when (Explain(problem) is { } words)
        {
            throw new DatabaseUnavailableException(words, problem);
        }
    }

    /// <inheritdoc cref="ExplainAsync{T}"/>
    internal static Task ExplainAsync(Func<Task> work) => ExplainAsync(async () =>
    {
        await work();
        return true;
    });

    /// <summary>A database's failure in words; null for a failure of another kind.</summary>
    public static string? Explain(Exception problem) => problem switch
    {
        DbUpdateConcurrencyException => Contended,
        DbUpdateException { InnerException: { } inner } => Explain(inner),
        // How Entity Framework wraps a failure of the server's that may pass.
        InvalidOperationException { InnerException: NpgsqlException inner } => Explain(inner),
        SqliteException sqlite => sqlite.SqliteErrorCode switch
        {
            SqliteBusy or SqliteLocked => "The database is locked by another process. Stop the other process, or wait until it is done.",
            SqliteReadOnly => "The database cannot be written. Make its file and folder writable.",
            SqliteFull => "The disk that holds the database is full. Make room; nothing counted is lost meanwhile.",
            SqliteCannotOpen => "The database file cannot be opened. Check that its folder exists and may be written.",
            SqliteInputOutput => "The disk that holds the database fails to read or write. Check the disk and its file system.",
            SqliteNotADatabase or SqliteCorrupt => "The database file holds something else, or is damaged. Name another file, or put a copy back.",
            _ => null,
        },
        NpgsqlException { SqlState: null } => "The database server cannot be reached. Check the connection string and that it runs.",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The disk of the database server is full. Make room; nothing counted is lost meanwhile.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            "The database server refuses the user or password of the connection string.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "The database that the connection string names does not exist on the server.",
        PostgresException { SqlState: { } state } => ExplainClass(state),
        _ => null,
    };

    /// <summary>What a whole class of the server's failures is in words: its first two characters name it, of operators' doings the first three.</summary>
    private static string? ExplainClass(string state) => state switch
    {
        ['0', '8', ..] => "The connection to the database server broke. Check the network and that the server runs.",
        ['4', '0', ..] => Contended,
        ['5', '3', ..] => "The database server has run out of memory or connections. Free some, or raise its limits.",
        ['5', '7', 'P', ..] => "The database server is starting or stopping, or its operator ended the connection. Wait until it runs.",
        _ => null,
    };
}
