using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Tests.Databases;
using Xunit;

namespace TokenFactory.Tenancy.Tests.Ledger;

/// <summary>The ledger from writing to verifying, on each database.</summary>
public abstract class LedgerTests(DatabaseKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-24T12:00:00Z", CultureInfo.InvariantCulture);
    private static readonly UsageQuery Everything = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    private readonly WallClock _clock = new(Noon);
    private TestDatabase _test = null!;
    private LedgerWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _test = await TestDatabase.CreateAsync(kind);
        _writer = NewWriter();
    }

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            await _writer.DisposeAsync();
            await _test.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Row_Written_ReadsBackWhole()
    {
        UsageRecord record = Records.Of("a", Noon, feature: "deep-research");
        await WriteAsync(record);

        await using TenancyDbContext context = _test.Database.Open();
        Assert.Equal(record, (await context.Usage.SingleAsync(TestContext.Current.CancellationToken)).ToRecord());
        Assert.Equal(0, _writer.Pending);
    }

    [Fact]
    public async Task Row_WrittenTwice_CountsOnce()
    {
        await WriteAsync(Records.Of("a", Noon), Records.Of("a", Noon));
        await WriteAsync(Records.Of("a", Noon, generated: 99));

        await AssertTotalAsync(requests: 1, tokens: 17);
    }

    [Fact]
    public async Task TotalSince_MidnightInIndia_CountsRowsHoursAndDaysOnce()
    {
        DateTimeOffset midnight = DateTimeOffset.Parse("2026-11-22T18:30:00Z", CultureInfo.InvariantCulture);
        await WriteAsync(
            Records.Of("before", midnight.AddMinutes(-1), generated: 1),
            Records.Of("row", midnight.AddMinutes(5), generated: 20),
            Records.Of("hour", midnight.AddHours(2), generated: 300, tenant: Guid.NewGuid()),
            Records.Of("day", midnight.AddHours(9), generated: 4000),
            Records.Of("today", Noon, generated: 50_000));

        UsageTotal total = await new UsageReader(_test.Database).TotalSinceAsync(midnight, TestContext.Current.CancellationToken);

        Assert.Equal(new UsageTotal(4, 40, 16, 54_320), total);
        Assert.Equal(new UsageTotal(0, 0, 0, 0), await new UsageReader(_test.Database).TotalSinceAsync(Noon.AddDays(2), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_BrokenOff_IsRecoveredOnceFromItsCheckpoint()
    {
        Running running = new() { Now = Records.Of("a", Noon, generated: 3) };
        _writer.Track(running);
        await _writer.FlushAsync(withCheckpoints: true);
        running.Now = Records.Of("a", Noon.AddSeconds(1), generated: 5);
        await _writer.FlushAsync(withCheckpoints: true);

        // A second process finds what the first left; a third finds nothing.
        await using LedgerWriter next = NewWriter();
        Assert.Equal(1, await next.RecoverAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await next.RecoverAsync(TestContext.Current.CancellationToken));

        await AssertTotalAsync(requests: 1, tokens: 15);
        await using TenancyDbContext context = _test.Database.Open();
        Assert.Equal(UsageRecord.Interrupted, (await context.Usage.SingleAsync(TestContext.Current.CancellationToken)).Outcome);
        Assert.Empty(await context.Checkpoints.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_OnAnotherDevice_IsRecoveredOnThatOne()
    {
        Running running = new() { Now = Records.Of("a", Noon, generated: 3) };
        _writer.Track(running);
        await _writer.FlushAsync(withCheckpoints: true);
        running.Now = Records.Of("a", Noon.AddSeconds(1), generated: 5) with { Device = "cpu:1" };
        await _writer.FlushAsync(withCheckpoints: true);

        await using LedgerWriter next = NewWriter();
        await next.RecoverAsync(TestContext.Current.CancellationToken);

        await using TenancyDbContext context = _test.Database.Open();
        Assert.Equal("cpu:1", (await context.Usage.SingleAsync(TestContext.Current.CancellationToken)).Device);
    }

    [Fact]
    public async Task Request_Ended_LeavesNoCheckpoint()
    {
        Running running = new() { Now = Records.Of("a", Noon, generated: 3) };
        _writer.Track(running);
        await _writer.FlushAsync(withCheckpoints: true);
        _writer.Record(running, Records.Of("a", Noon, generated: 8));
        await _writer.FlushAsync(withCheckpoints: true);

        Assert.Equal(0, await _writer.RecoverAsync(TestContext.Current.CancellationToken));
        await AssertTotalAsync(requests: 1, tokens: 18);
    }

    [Fact]
    public async Task Request_Forgotten_LeavesNothing()
    {
        Running running = new();
        _writer.Track(running);
        await _writer.FlushAsync(withCheckpoints: true);
        _writer.Forget(running);
        await _writer.FlushAsync(withCheckpoints: true);

        Assert.Equal(0, await _writer.RecoverAsync(TestContext.Current.CancellationToken));
        await AssertTotalAsync(requests: 0, tokens: 0);
    }

    [Fact]
    public async Task RollUps_OfManyRows_EqualThemAndTheirRebuilding()
    {
        UsageRecord[] records =
        [
            .. Enumerable.Range(0, 200).Select(i => Records.Of(
                $"r{i}", Noon.AddMinutes(37 * i), generated: i, feature: i % 3 == 0 ? "deep-research" : null, key: i % 2 == 0 ? null : Guid.Empty)),
        ];
        await WriteAsync(records[..50]);
        await WriteAsync(records[50..]);
        UsageReader reader = new(_test.Database);

        foreach (UsagePeriod period in Enum.GetValues<UsagePeriod>())
        {
            IReadOnlyList<UsageSum> sums = await reader.ReadAsync(Everything, period, TestContext.Current.CancellationToken);
            Assert.Equal(
                records.GroupBy(record => (period.StartOf(record.EndedAt), record.KeyId, record.Feature)).ToDictionary(
                    group => group.Key, group => (group.LongCount(), group.Sum(record => record.GeneratedTokens), group.Sum(record => record.Joules))),
                sums.ToDictionary(sum => (sum.Start, sum.KeyId, sum.Feature), sum => (sum.Requests, sum.GeneratedTokens, (double?)sum.Joules)));
            await new LedgerMaintenance(_test.Database).RebuildAsync(TestContext.Current.CancellationToken);
            Assert.Equal(sums.ToHashSet(), (await reader.ReadAsync(Everything, period, TestContext.Current.CancellationToken)).ToHashSet());
        }
        Assert.Equal(2, (await reader.ReadAsync(Everything with { To = Noon.AddHours(1) }, UsagePeriod.Hour, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Total_BetweenAnyInstants_IsExact()
    {
        UsageRecord[] records = [.. Enumerable.Range(0, 300).Select(i => Records.Of($"r{i}", Noon.AddMinutes(i), generated: i, feature: i % 5 == 0 ? "x" : null))];
        await WriteAsync(records);
        UsageReader reader = new(_test.Database);

        foreach ((double from, double to) in new[] { (0.0, 300.0), (7.0, 13.0), (30.5, 290.25), (59.0, 61.0), (60.0, 120.0), (100.0, 100.0) })
        {
            (DateTimeOffset start, DateTimeOffset end) = (Noon.AddMinutes(from), Noon.AddMinutes(to));
            UsageRecord[] inside = [.. records.Where(record => record.EndedAt >= start && record.EndedAt < end)];
            IReadOnlyList<KeyUsage> total = await reader.TotalAsync(Records.Tenant, start, end, TestContext.Current.CancellationToken);
            Assert.Equal(inside.Sum(record => record.TotalTokens), total.Sum(part => part.Tokens));
            Assert.Equal(inside.Count(record => record.Feature == "x"), total.Where(part => part.Feature == "x").Sum(part => part.Requests));
        }
        Assert.Empty(await reader.TotalAsync(Guid.NewGuid(), Noon, Noon.AddDays(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Verify_UntouchedOverSeveralDays_IsWhole()
    {
        await WriteThreeDaysAsync();

        LedgerReport report = await VerifyAsync();

        Assert.Empty(report.Problems);
        Assert.Equal((9L, 3), (report.Rows, report.Days));
        Assert.Equal(64, report.Head.Length);
    }

    [Theory]
    [InlineData("""UPDATE "usage" SET "GeneratedTokens" = 1 WHERE "IdempotencyKey" = 'd1-1'""", "altered")]
    [InlineData("""UPDATE "usage" SET "Tenant" = 'other' WHERE "IdempotencyKey" = 'd2-0'""", "altered")]
    [InlineData("""DELETE FROM "usage" WHERE "IdempotencyKey" = 'd1-1'""", "removed")]
    [InlineData("""DELETE FROM "usage" WHERE "IdempotencyKey" = 'd2-2'""", "should have")]
    [InlineData("""DELETE FROM "ledger_days" WHERE "Day" = 20261125""", "no head")]
    [InlineData("""DELETE FROM "usage" WHERE "Day" = 20261125; DELETE FROM "ledger_days" WHERE "Day" = 20261125""", "day was removed")]
    [InlineData("""UPDATE "rollups" SET "Requests" = "Requests" + 1 WHERE "Period" = 1""", "ledger rebuild")]
    public async Task Verify_Tampered_IsFound(string tampering, string words)
    {
        await WriteThreeDaysAsync();
        await using (TenancyDbContext context = _test.Database.Open())
        {
            await context.Database.ExecuteSqlRawAsync(tampering, TestContext.Current.CancellationToken);
        }

        LedgerReport report = await VerifyAsync();

        Assert.False(report.IsWhole);
        Assert.Contains(report.Problems, problem => problem.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_TwoRowsExchanged_IsFound()
    {
        await WriteThreeDaysAsync();
        await using (TenancyDbContext context = _test.Database.Open())
        {
            UsageRow[] rows = await context.Usage.Where(row => row.Day == 20261124).OrderBy(row => row.Position).ToArrayAsync(TestContext.Current.CancellationToken);
            (rows[0].GeneratedTokens, rows[1].GeneratedTokens) = (rows[1].GeneratedTokens, rows[0].GeneratedTokens);
            await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.False((await VerifyAsync()).IsWhole);
    }

    [Fact]
    public async Task Clock_SetBack_KeepsTheChainWhole()
    {
        await WriteAsync(Records.Of("a", Noon));
        _clock.Now = Noon.AddDays(-3);
        await WriteAsync(Records.Of("b", _clock.Now));
        _clock.Now = Noon.AddDays(1);
        await WriteAsync(Records.Of("c", _clock.Now));

        Assert.Empty((await VerifyAsync()).Problems);
        await AssertTotalAsync(requests: 3, tokens: 51);
    }

    [Fact]
    public async Task Export_BothForms_HoldEveryColumnOfEveryRow()
    {
        await WriteAsync(Records.Of("a", Noon, feature: "deep, \"research\""), Records.Of("=cmd", Noon.AddHours(1)), Records.Of("later", Noon.AddDays(9)));
        UsageExport export = new(_test.Database);
        UsageQuery query = new(Noon, Noon.AddDays(1), Records.Tenant);
        using MemoryStream json = new();
        await export.WriteJsonLinesAsync(json, query, TestContext.Current.CancellationToken);
        using MemoryStream csv = new();
        await export.WriteCsvAsync(csv, query, TestContext.Current.CancellationToken);

        string[] lines = Encoding.UTF8.GetString(json.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using JsonDocument first = JsonDocument.Parse(lines[0]);
        Assert.Equal(("a", 10, 4, 7, 17, 0.25), (
            first.RootElement.GetProperty("idempotency_key").GetString(), first.RootElement.GetProperty("prompt_tokens").GetInt32(),
            first.RootElement.GetProperty("cached_tokens").GetInt32(), first.RootElement.GetProperty("generated_tokens").GetInt32(),
            first.RootElement.GetProperty("total_tokens").GetInt32(), first.RootElement.GetProperty("compute_time").GetDouble()));
        string[] table = Encoding.UTF8.GetString(csv.ToArray()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(first.RootElement.EnumerateObject().Select(property => property.Name).Order(), table[0].Split(',').Order());
        Assert.Contains("\"deep, \"\"research\"\"\"", table[1]);
        Assert.False(table[2].StartsWith('='), "a spreadsheet would run this as a formula");
    }

    [Fact]
    public async Task Writer_Running_WritesByItself()
    {
        await using LedgerWriter writer = new(_test.Database, new LedgerOptions { FlushInterval = TimeSpan.FromMilliseconds(10) }, TimeProvider.System);
        writer.Start();
        Running running = new();
        writer.Track(running);
        writer.Record(running, Records.Of("a", Noon));

        for (int i = 0; i < 500 && writer.Pending > 0; i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await AssertTotalAsync(requests: 1, tokens: 17);
    }

    [Fact]
    public async Task Writer_Disposed_HasWrittenTheLast()
    {
        LedgerWriter writer = new(_test.Database, new LedgerOptions(), TimeProvider.System);
        writer.Start();
        writer.Record(new Running(), Records.Of("a", Noon));
        await writer.DisposeAsync();

        await AssertTotalAsync(requests: 1, tokens: 17);
    }

    private LedgerWriter NewWriter() => new(_test.Database, new LedgerOptions(), _clock);

    private async Task WriteAsync(params UsageRecord[] records)
    {
        foreach (UsageRecord record in records)
        {
            _writer.Record(new Running(), record);
        }
        Assert.True(await _writer.FlushAsync(), _writer.Problem);
    }

    private async Task WriteThreeDaysAsync()
    {
        for (int day = 0; day < 3; day++)
        {
            await WriteAsync([.. Enumerable.Range(0, 3).Select(i => Records.Of($"d{day}-{i}", _clock.Now, generated: 10 + i))]);
            _clock.Pass(TimeSpan.FromDays(1));
        }
    }

    private Task<LedgerReport> VerifyAsync() => new LedgerVerifier(_test.Database).VerifyAsync(TestContext.Current.CancellationToken);

    private async Task AssertTotalAsync(long requests, long tokens)
    {
        IReadOnlyList<KeyUsage> total = await new UsageReader(_test.Database).TotalAsync(
            Records.Tenant, Noon.AddDays(-30), Noon.AddDays(30), TestContext.Current.CancellationToken);
        Assert.Equal((requests, tokens), (total.Sum(part => part.Requests), total.Sum(part => part.Tokens)));
    }
}

public sealed class SqliteLedgerTests() : LedgerTests(DatabaseKind.Sqlite);

public sealed class PostgresLedgerTests() : LedgerTests(DatabaseKind.Postgres);
