using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>
/// One transaction of the ledger: rows, their place in the chain, their sums, and checkpoints. Writing it twice counts it once. Between its
/// parts the thread gives way: the system lets one go on for milliseconds once it runs, and what answers requests is not to wait so long.
/// </summary>
internal static class LedgerBatch
{
    /// <summary>Appends what has ended and keeps what runs.</summary>
    /// <param name="database">The database.</param>
    /// <param name="ended">Requests that ended; those in the ledger already are left out.</param>
    /// <param name="running">What running requests have used so far.</param>
    /// <param name="now">The wall clock.</param>
    /// <param name="cancellation">Stops it; nothing of it is written then.</param>
    /// <returns>How many rows are new.</returns>
    public static async Task<int> WriteAsync(
        TenancyDatabase database, IReadOnlyCollection<UsageRecord> ended, IReadOnlyCollection<UsageRecord> running, DateTimeOffset now, CancellationToken cancellation)
    {
        await using TenancyDbContext context = database.Open();
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellation);
        string[] keys = [.. ended.Select(record => record.IdempotencyKey)];
        Thread.Yield();
        List<UsageRecord> fresh = await FreshAsync(context, ended, keys, cancellation);
        Thread.Yield();
        int added = await AppendAsync(context, fresh, now, cancellation);
        Thread.Yield();
        if (keys.Length > 0)
        {
            await context.Checkpoints.Where(row => keys.Contains(row.IdempotencyKey)).ExecuteDeleteAsync(cancellation);
        }
        await LedgerStatements.KeepAsync(context, running, cancellation);
        Thread.Yield();
        await transaction.CommitAsync(cancellation);
        return added;
    }

    /// <summary>A write that changes nothing, to learn whether the database can be written.</summary>
    public static async Task ProbeAsync(TenancyDatabase database, CancellationToken cancellation)
    {
        await using TenancyDbContext context = database.Open();
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellation);
        CheckpointRow probe = new() { IdempotencyKey = $"probe-{Guid.NewGuid():N}" };
        context.Checkpoints.Add(probe);
        await context.SaveChangesAsync(cancellation);
        context.Checkpoints.Remove(probe);
        await context.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<List<UsageRecord>> FreshAsync(
        TenancyDbContext context, IReadOnlyCollection<UsageRecord> ended, string[] keys, CancellationToken cancellation)
    {
        if (keys.Length == 0)
        {
            return [];
        }
        HashSet<string> known = [.. await context.Usage.Where(row => keys.Contains(row.IdempotencyKey)).Select(row => row.IdempotencyKey).ToListAsync(cancellation)];
        return [.. ended.Where(record => known.Add(record.IdempotencyKey))];
    }

    private static async Task<int> AppendAsync(TenancyDbContext context, List<UsageRecord> records, DateTimeOffset now, CancellationToken cancellation)
    {
        if (records.Count == 0)
        {
            return 0;
        }
        LedgerDayRow day = await OpenDayAsync(context, LedgerChain.DayOf(now), cancellation);
        List<UsageRow> rows = new(records.Count);
        foreach (UsageRecord record in records)
        {
            UsageRow row = new() { Day = day.Day, Position = ++day.Rows };
            row.Take(record);
            day.Head = row.Hash = LedgerChain.HashOf(day.Head, row);
            rows.Add(row);
        }
        Thread.Yield();
        await context.SaveChangesAsync(cancellation);
        await LedgerStatements.AppendAsync(context, rows, cancellation);
        await RollUps.AddAsync(context, rows, cancellation);
        return rows.Count;
    }

    /// <summary>The day to append to: today's, or the newest where the clock was set back.</summary>
    private static async Task<LedgerDayRow> OpenDayAsync(TenancyDbContext context, int today, CancellationToken cancellation)
    {
        LedgerDayRow? newest = await context.LedgerDays.OrderByDescending(row => row.Day).FirstOrDefaultAsync(cancellation);
        if (newest is not null && newest.Day >= today)
        {
            return newest;
        }
        byte[] previous = newest?.Head ?? LedgerChain.Genesis;
        LedgerDayRow opened = new() { Day = today, Previous = previous, Head = previous };
        context.LedgerDays.Add(opened);
        return opened;
    }
}
