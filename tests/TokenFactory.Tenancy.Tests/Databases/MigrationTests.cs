using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Databases;

public sealed class MigrationTests
{
    [Theory]
    [InlineData("Data Source=none.db")]
    [InlineData("Host=none")]
    public void Model_Always_IsWhatTheMigrationsMake(string connection)
    {
        using TenancyDbContext context = TenancyDatabase.At(connection).Open();

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Migrate_Twice_ChangesNothing(DatabaseKind kind)
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(kind);

        await test.Database.MigrateAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Migrate_DatabaseOfANewerVersion_SaysSo()
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using (TenancyDbContext context = test.Database.Open())
        {
            await context.Database.ExecuteSqlAsync(
                $"INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101000000_Later', '99.0')", TestContext.Current.CancellationToken);
        }

        DatabaseUnavailableException refusal = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => test.Database.MigrateAsync(TestContext.Current.CancellationToken));

        Assert.Contains("99990101000000_Later", refusal.Message);
    }

    [Fact]
    public async Task Migrate_FileThatIsNoDatabase_SaysSo()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new string('x', 5000), TestContext.Current.CancellationToken);

        DatabaseUnavailableException refusal = await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => TenancyDatabase.At($"Data Source={file}").MigrateAsync(TestContext.Current.CancellationToken));

        Assert.Contains("something else", refusal.Message);
        SqliteConnection.ClearAllPools();
        File.Delete(file);
    }

    [Fact]
    public async Task Migrate_FolderMissing_SaysSo() => Assert.Contains(
        "folder",
        (await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => TenancyDatabase.At("Data Source=/no/such/folder/factory.db").MigrateAsync(TestContext.Current.CancellationToken))).Message);

    [Fact]
    public async Task Migrate_ServerNotThere_SaysSo() => Assert.Contains(
        "cannot be reached",
        (await Assert.ThrowsAsync<DatabaseUnavailableException>(
            () => TenancyDatabase.At("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2").MigrateAsync(TestContext.Current.CancellationToken))).Message);

    [Fact]
    public void At_NeitherFileNorServer_SaysWhatItMayBe() =>
        Assert.Contains("Data Source=", Assert.Throws<ArgumentException>(() => TenancyDatabase.At("factory.db")).Message);
}
