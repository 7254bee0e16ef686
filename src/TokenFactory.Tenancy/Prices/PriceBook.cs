using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Prices;

/// <summary>The price table in the database. Every change is checked and written together with its audit entry.</summary>
public sealed class PriceBook(TenancyDatabase database, TimeProvider clock)
{
    /// <summary>All prices.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<PriceTable> ReadAsync(CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        await using TenancyDbContext context = database.Open();
        List<PriceRow> rows = await context.Prices.AsNoTracking().ToListAsync(cancellation);
        return new PriceTable([.. rows.Select(row => row.ToPrice())]);
    });

    /// <summary>Adds a price; its id is given here. One that begins in the past changes what usage since then costs.</summary>
    /// <exception cref="TenancyException">A field makes no sense, or the model has a price from that instant on already.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be written.</exception>
    public Task<ModelPrice> AddAsync(string actor, ModelPrice price, CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        PriceRules.Check(price);
        ModelPrice added = price with { Id = Guid.NewGuid(), ValidFrom = price.ValidFrom.ToUniversalTime() };
        await using TenancyDbContext context = database.Open();
        if (await context.Prices.AnyAsync(row => row.Model == added.Model && row.ValidFrom == added.ValidFrom, cancellation))
        {
            throw new TenancyException(
                TenancyProblem.Conflict, $"{added.Model} has a price from that hour on already. Remove that one first, or choose another hour.", "valid_from");
        }
        context.Prices.Add(PriceRow.Of(added));
        context.Audit.Add(AuditTrail.RowOf(clock.GetUtcNow(), actor, "price.add", added.Model, null, added));
        await context.SaveChangesAsync(cancellation);
        return added;
    });

    /// <summary>Removes a price: the model's price before it holds on.</summary>
    /// <exception cref="TenancyException">It is not there.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be written.</exception>
    public Task<ModelPrice> RemoveAsync(string actor, Guid id, CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        await using TenancyDbContext context = database.Open();
        PriceRow row = await context.Prices.FindAsync([id], cancellation)
            ?? throw new TenancyException(TenancyProblem.NotFound, "This price is gone already. Read the table again.");
        ModelPrice removed = row.ToPrice();
        context.Prices.Remove(row);
        context.Audit.Add(AuditTrail.RowOf(clock.GetUtcNow(), actor, "price.remove", removed.Model, removed, null));
        await context.SaveChangesAsync(cancellation);
        return removed;
    });
}
