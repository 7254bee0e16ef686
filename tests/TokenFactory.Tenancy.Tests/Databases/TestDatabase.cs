using Microsoft.Data.Sqlite;
using TokenFactory.Tenancy.Data;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Databases;

/// <summary>An empty database with the newest schema, which goes with its test.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>Names a PostgreSQL server whose user may make databases; tests on it are skipped where this is not set.</summary>
    private const string PostgresVariable = "TOKENFACTORY_TEST_POSTGRES";

    private readonly string? _folder;

    private TestDatabase(TenancyDatabase database, string connectionString, string? folder)
    {
        Database = database;
        ConnectionString = connectionString;
        _folder = folder;
    }

    public TenancyDatabase Database { get; }

    public string ConnectionString { get; }

    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind)
    {
        TestDatabase created = kind == DatabaseKind.Sqlite ? Sqlite() : Postgres();
        await created.Database.MigrateAsync(TestContext.Current.CancellationToken);
        return created;
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            SqliteConnection.ClearAllPools();
            System.IO.Directory.Delete(_folder, recursive: true);
            return;
        }
        await using TenancyDbContext context = Database.Open();
        await context.Database.EnsureDeletedAsync();
    }

    private static TestDatabase Sqlite()
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("tf-tenancy-").FullName;
        string connection = $"Data Source={Path.Combine(folder, "factory.db")}";
        return new TestDatabase(TenancyDatabase.At(connection), connection, folder);
    }

    private static TestDatabase Postgres()
    {
        string? server = Environment.GetEnvironmentVariable(PostgresVariable);
        Assert.SkipWhen(string.IsNullOrEmpty(server), $"needs a PostgreSQL server: set {PostgresVariable} to its connection string");
        string connection = $"{server};Database=tf_{Guid.NewGuid():N}";
        return new TestDatabase(TenancyDatabase.At(connection), connection, null);
    }
}

/// <summary>The databases that everything has to work on.</summary>
public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
