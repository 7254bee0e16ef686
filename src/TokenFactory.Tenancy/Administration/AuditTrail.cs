using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Administration;

/// <summary>Who changed what, from what, to what.</summary>
public sealed class AuditTrail(TenancyDatabase database, TimeProvider clock)
{
    /// <summary>Writes a change that is no tenant's, plan's or key's; those are written with the change itself.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be written.</exception>
    public Task AddAsync(string actor, string action, string subject, object? before, object? after, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync(async () =>
        {
            await using TenancyDbContext context = database.Open();
            context.Audit.Add(RowOf(clock.GetUtcNow(), actor, action, subject, before, after));
            await context.SaveChangesAsync(cancellation);
        });

    /// <summary>The newest changes, newest first.</summary>
    /// <param name="count">At most so many.</param>
    /// <param name="actor">Only this actor's; null: everybody's.</param>
    /// <param name="action">Only actions that begin so; null: all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<IReadOnlyList<AuditEntry>> ReadAsync(int count, string? actor = null, string? action = null, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync<IReadOnlyList<AuditEntry>>(async () =>
        {
            await using TenancyDbContext context = database.Open();
            IQueryable<AuditRow> rows = context.Audit.AsNoTracking();
            rows = actor is null ? rows : rows.Where(row => row.Actor == actor);
            rows = action is null ? rows : rows.Where(row => row.Action.StartsWith(action));
            return await rows.OrderByDescending(row => row.Id).Take(count)
                .Select(row => new AuditEntry(row.At, row.Actor, row.Action, row.Subject, row.Before, row.After)).ToListAsync(cancellation);
        });

    internal static AuditRow RowOf(DateTimeOffset at, string actor, string action, string subject, object? before, object? after) => new()
    {
        At = at,
        Actor = actor,
        Action = action,
        Subject = subject,
        Before = before is null ? null : RowConversion.ToJson(before),
        After = after is null ? null : RowConversion.ToJson(after),
    };
}
