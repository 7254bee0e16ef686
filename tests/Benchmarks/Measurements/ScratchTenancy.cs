using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Keys;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>The tenancy on a SQLite file of its own, which goes with it.</summary>
internal sealed class ScratchTenancy : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-bench-");
    private readonly ServiceProvider _services;

    private ScratchTenancy() => _services = new ServiceCollection()
        .AddTenancy(_ => TenancyDatabase.At($"Data Source={Path.Combine(_folder.FullName, "factory.db")}")).BuildServiceProvider();

    /// <summary>A key of the tenant <c>local</c>.</summary>
    public string Key { get; } = KeySecret.Create();

    public static async Task<ScratchTenancy> StartAsync()
    {
        ScratchTenancy started = new();
        await started.Get<TenancyStart>().RunAsync(new FirstKeys(KeySecret.Create(), started.Key));
        return started;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
