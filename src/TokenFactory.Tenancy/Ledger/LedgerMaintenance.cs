using Microsoft.EntityFrameworkCore.Storage;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>What an administrator does to the ledger; its rows are never touched.</summary>
public sealed class LedgerMaintenance(TenancyDatabase database)
{
    /// <summary>Makes all sums again from the rows, in one transaction: readers see the old ones or the new ones.</summary>
    public async Task RebuildAsync(CancellationToken cancellation = default)
    {
        await using TenancyDbContext context = database.Open();
        await using IDbContextTransaction transaction = await context.Database.BeginTransactionAsync(cancellation);
        await RollUps.RebuildAsync(context, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
