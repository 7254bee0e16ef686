using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>
/// Makes rows of the checkpoints that a process left which ended without warning. Lines of batches are computed again under the same
/// key, and count then: their checkpoints are dropped.
/// </summary>
internal static class LedgerRecovery
{
    private const int Slice = 500;

    public static async Task<int> RunAsync(TenancyDatabase database, DateTimeOffset now, CancellationToken cancellation)
    {
        int recovered = 0;
        await using (TenancyDbContext context = database.Open())
        {
            await context.Checkpoints.Where(row => row.IdempotencyKey.StartsWith(Batch.LinePrefix)).ExecuteDeleteAsync(cancellation);
        }
        while (await ReadAsync(database, cancellation) is { Count: > 0 } left)
        {
            // Row in, checkpoint out, in one transaction: a second end in the middle of it changes nothing.
            recovered += await LedgerBatch.WriteAsync(database, left, [], now, cancellation);
        }
        return recovered;
    }

    private static async Task<List<UsageRecord>> ReadAsync(TenancyDatabase database, CancellationToken cancellation)
    {
        await using TenancyDbContext context = database.Open();
        List<CheckpointRow> rows = await context.Checkpoints.AsNoTracking().OrderBy(row => row.IdempotencyKey).Take(Slice).ToListAsync(cancellation);
        return [.. rows.Select(row => row.ToRecord() with { Outcome = UsageRecord.Interrupted })];
    }
}
