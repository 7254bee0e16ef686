using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Sums of ledger rows by hour, day and month: kept with each batch, and made again from the rows at any time.</summary>
internal static class RollUps
{
    private const int Slice = 10_000;

    private static readonly UsagePeriod[] Periods = Enum.GetValues<UsagePeriod>();

    /// <summary>Adds rows to their sums, one statement for each sum that changes.</summary>
    public static async Task AddAsync(TenancyDbContext context, IReadOnlyCollection<UsageRow> rows, CancellationToken cancellation)
    {
        foreach (UsagePeriod period in Periods)
        {
            foreach (RollUpRow sum in Sums(period, rows))
            {
                await UpsertAsync(context, sum, cancellation);
            }
        }
    }

    /// <summary>Throws all sums away and makes them again.</summary>
    public static async Task RebuildAsync(TenancyDbContext context, CancellationToken cancellation)
    {
        await context.RollUps.ExecuteDeleteAsync(cancellation);
        long after = 0;
        while (await context.Usage.AsNoTracking().Where(row => row.Id > after).OrderBy(row => row.Id).Take(Slice).ToListAsync(cancellation) is { Count: > 0 } rows)
        {
            await AddAsync(context, rows, cancellation);
            after = rows[^1].Id;
        }
    }

    /// <summary>The sums of rows, ordered, so that two writers meet them in the same order.</summary>
    public static IEnumerable<RollUpRow> Sums(UsagePeriod period, IEnumerable<UsageRow> rows) => rows
        .GroupBy(row => (Start: period.StartOf(row.EndedAt), row.TenantId, row.KeyId, row.Model, row.Lane, Feature: row.Feature ?? ""))
        .OrderBy(group => group.Key)
        .Select(group => new RollUpRow
        {
            Period = period,
            Start = group.Key.Start,
            TenantId = group.Key.TenantId,
            KeyId = group.Key.KeyId,
            Model = group.Key.Model,
            Lane = group.Key.Lane,
            Feature = group.Key.Feature,
            Requests = group.LongCount(),
            PromptTokens = group.Sum(row => row.PromptTokens),
            CachedTokens = group.Sum(row => row.CachedTokens),
            GeneratedTokens = group.Sum(row => row.GeneratedTokens),
            QueueTicks = group.Sum(row => row.QueueTicks),
            ComputeTicks = group.Sum(row => row.ComputeTicks),
            Joules = group.Sum(row => row.Joules ?? 0),
        });

    /// <summary>SQLite and PostgreSQL read this statement alike.</summary>
    private static Task<int> UpsertAsync(TenancyDbContext context, RollUpRow sum, CancellationToken cancellation) => context.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO "rollups" ("Period", "Start", "TenantId", "KeyId", "Model", "Lane", "Feature",
            "Requests", "PromptTokens", "CachedTokens", "GeneratedTokens", "QueueTicks", "ComputeTicks", "Joules")
        VALUES ({(int)sum.Period}, {sum.Start.UtcTicks}, {sum.TenantId}, {sum.KeyId}, {sum.Model}, {sum.Lane}, {sum.Feature},
            {sum.Requests}, {sum.PromptTokens}, {sum.CachedTokens}, {sum.GeneratedTokens}, {sum.QueueTicks}, {sum.ComputeTicks}, {sum.Joules})
        ON CONFLICT ("Period", "TenantId", "Start", "KeyId", "Model", "Lane", "Feature") DO UPDATE SET
            "Requests" = "rollups"."Requests" + excluded."Requests",
            "PromptTokens" = "rollups"."PromptTokens" + excluded."PromptTokens",
            "CachedTokens" = "rollups"."CachedTokens" + excluded."CachedTokens",
            "GeneratedTokens" = "rollups"."GeneratedTokens" + excluded."GeneratedTokens",
            "QueueTicks" = "rollups"."QueueTicks" + excluded."QueueTicks",
            "ComputeTicks" = "rollups"."ComputeTicks" + excluded."ComputeTicks",
            "Joules" = "rollups"."Joules" + excluded."Joules"
        """,
        cancellation);
}
