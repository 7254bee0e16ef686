using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>What the ledger writes many of. Both databases read the statements alike.</summary>
internal static class LedgerStatements
{
    private const int Columns = 18;

    private const string Names =
        """
        "IdempotencyKey", "RequestId", "TenantId", "Tenant", "KeyId", "Model", "Device", "Lane", "Feature", "PromptTokens", "CachedTokens",
        "GeneratedTokens", "QueueTicks", "ComputeTicks", "Joules", "Outcome", "ArrivedAt", "EndedAt"
        """;

    private static readonly string Append =
        $"""INSERT INTO "usage" ({Names}, "Day", "Position", "Hash") VALUES ({ManyRows.Placeholders(Columns + 3)})""";

    private static readonly string Keep =
        $"""
        INSERT INTO "checkpoints" ({Names}) VALUES ({ManyRows.Placeholders(Columns)})
        ON CONFLICT ("IdempotencyKey") DO UPDATE SET
            "Device" = excluded."Device", "Feature" = excluded."Feature", "PromptTokens" = excluded."PromptTokens", "CachedTokens" = excluded."CachedTokens",
            "GeneratedTokens" = excluded."GeneratedTokens", "QueueTicks" = excluded."QueueTicks", "ComputeTicks" = excluded."ComputeTicks",
            "Joules" = excluded."Joules", "EndedAt" = excluded."EndedAt"
        """;

    /// <summary>Appends rows of the ledger in their order.</summary>
    public static Task AppendAsync(TenancyDbContext context, IReadOnlyCollection<UsageRow> rows, CancellationToken cancellation) =>
        ManyRows.RunAsync(context, Append, [.. rows.Select(row => (object?[])[.. Values(row), row.Day, row.Position, row.Hash])], cancellation);

    /// <summary>Writes checkpoints, over those of the same requests.</summary>
    public static Task KeepAsync(TenancyDbContext context, IReadOnlyCollection<UsageRecord> running, CancellationToken cancellation) =>
        ManyRows.RunAsync(context, Keep, [.. running.Select(CheckpointOf)], cancellation);

    private static object?[] CheckpointOf(UsageRecord usage)
    {
        CheckpointRow row = new();
        row.Take(usage);
        return Values(row);
    }

    /// <summary>In the order of <see cref="Names"/>; instants as the context's convention has them.</summary>
    private static object?[] Values(UsageColumns row) =>
    [
        row.IdempotencyKey, row.RequestId, row.TenantId, row.Tenant, row.KeyId, row.Model, row.Device, row.Lane, row.Feature, row.PromptTokens, row.CachedTokens,
        row.GeneratedTokens, row.QueueTicks, row.ComputeTicks, row.Joules, row.Outcome, row.ArrivedAt.UtcTicks, row.EndedAt.UtcTicks,
    ];
}
