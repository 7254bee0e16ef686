using Microsoft.Data.Sqlite;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Tests.Shared.Tenancy;

/// <summary>A SQLite file of its own with the newest schema, copied from one that is made once for all tests.</summary>
internal sealed class ScratchDatabase : IDisposable
{
    private static readonly Lazy<Task<byte[]>> Empty = new(MakeEmptyAsync);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-api-");

    /// <summary>Goes with the database, and with all that is put there.</summary>
    public string Folder => _folder.FullName;

    public string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, "factory.db")}";

    public static async Task<ScratchDatabase> CreateAsync()
    {
        ScratchDatabase created = new();
        await File.WriteAllBytesAsync(Path.Combine(created._folder.FullName, "factory.db"), await Empty.Value);
        return created;
    }

    /// <param name="pragmas">Further settings of each connection, asked for when it is opened.</param>
    public TenancyDatabase Open(Func<string>? pragmas = null) => TenancyDatabase.At(ConnectionString, pragmas);

    public void Dispose()
    {
        using (SqliteConnection connection = new(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }
        _folder.Delete(recursive: true);
    }

    private static async Task<byte[]> MakeEmptyAsync()
    {
        using ScratchDatabase scratch = new();
        await scratch.Open().MigrateAsync();
        SqliteConnection.ClearAllPools();
        return await File.ReadAllBytesAsync(Path.Combine(scratch._folder.FullName, "factory.db"));
    }
}
