using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Ledger;

/// <summary>A database that cannot be written for a while: nothing counted is lost.</summary>
public sealed class LedgerTroubleTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Disk_FullForAWhile_LosesNothing()
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        // SQLite answers a bound on its pages as it answers a full disk.
        string bound = "PRAGMA max_page_count = 1;";
        TenancyDatabase full = TenancyDatabase.At(test.ConnectionString, () => bound);
        await using LedgerWriter writer = new(full, new LedgerOptions(), TimeProvider.System);
        for (int i = 0; i < 2000; i++)
        {
            writer.Record(new Running(), Records.Of($"r{i}", Noon));
        }

        Assert.False(await writer.FlushAsync());
        Assert.Contains("disk", writer.Problem);
        Assert.Contains("full", writer.Problem);
        Assert.Equal(2000, writer.Pending);

        bound = "PRAGMA max_page_count = 1000000;";
        Assert.True(await writer.FlushAsync(), writer.Problem);
        Assert.Null(writer.Problem);
        await AssertHasAsync(test.Database, 2000);
    }

    [Fact]
    public async Task Database_LockedForAWhile_LosesNothing()
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        TenancyDatabase hasty = TenancyDatabase.At($"{test.ConnectionString};Default Timeout=1", () => "PRAGMA busy_timeout = 50;");
        await using LedgerWriter writer = new(hasty, new LedgerOptions(), TimeProvider.System);
        writer.Record(new Running(), Records.Of("a", Noon));
        await using (SqliteConnection other = new(test.ConnectionString))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteTransaction held = other.BeginTransaction();

            Assert.False(await writer.FlushAsync());
            Assert.Contains("locked", writer.Problem);
        }
        Assert.True(await writer.FlushAsync(), writer.Problem);
        await AssertHasAsync(test.Database, 1);
    }

    [Fact]
    public async Task Problem_WithNothingToWrite_GoesOnceTheDatabaseIsBack()
    {
        await using TestDatabase test = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        string bound = "PRAGMA max_page_count = 1;";
        await using LedgerWriter writer = new(TenancyDatabase.At(test.ConnectionString, () => bound), new LedgerOptions(), TimeProvider.System);
        Running running = new();
        for (int i = 0; i < 2000; i++)
        {
            writer.Track(new Running { Now = Records.Of($"r{i}", Noon) });
        }
        Assert.False(await writer.FlushAsync(withCheckpoints: true));

        bound = "";
        Assert.True(await writer.FlushAsync());
        Assert.Null(writer.Problem);
        Assert.Equal(0, await writer.RecoverAsync(TestContext.Current.CancellationToken));
        writer.Forget(running);
    }

    private static async Task AssertHasAsync(TenancyDatabase database, long requests)
    {
        IReadOnlyList<KeyUsage> total = await new UsageReader(database).TotalAsync(
            Records.Tenant, Noon.AddDays(-1), Noon.AddDays(1), TestContext.Current.CancellationToken);
        Assert.Equal(requests, total.Sum(part => part.Requests));
        Assert.Empty((await new LedgerVerifier(database).VerifyAsync(TestContext.Current.CancellationToken)).Problems);
    }
}
