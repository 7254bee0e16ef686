using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Tenancy.Batches;

/// <summary>The batches in the database. Each call is a piece of work of its own; safe for any thread.</summary>
public sealed class BatchBook(TenancyDatabase database) : IDisposable
{
    /// <summary>Changes come one after another: what a client cancels and what has just ended do not overwrite each other.</summary>
    private readonly WriteTurns _turns = new(database, 1);

    /// <summary>Adds a batch; its number is given here.</summary>
    /// <returns>False: the tenant has as many that have not ended as it may.</returns>
    /// <exception cref="TenancyException">The input is no file of the tenant's.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used; so every call here.</exception>
    public Task<bool> TryAddAsync(Batch batch, int mostOpen, CancellationToken cancellation = default) => _turns.RunAsync(async context =>
    {
        if (!await context.Files.AnyAsync(file => file.TenantId == batch.TenantId && file.Id == batch.InputFileId, cancellation))
        {
            throw new TenancyException(TenancyProblem.Invalid, "input_file_id names no file of this tenant. Upload one first.", "input_file_id");
        }
        if (await context.Batches.Open().CountAsync(other => other.TenantId == batch.TenantId, cancellation) >= mostOpen)
        {
            return false;
        }
        context.Batches.Add(batch);
        await context.SaveChangesAsync(cancellation);
        return true;
    });

    /// <summary>A tenant's batch; null where there is none.</summary>
    public Task<Batch?> FindAsync(Guid tenant, string id, CancellationToken cancellation = default) => PublicId.IsOf(Batch.IdPrefix, id)
        ? database.AskAsync(context => context.Batches.AsNoTracking().FirstOrDefaultAsync(batch => batch.TenantId == tenant && batch.Id == id, cancellation))
        : Task.FromResult<Batch?>(null);

    /// <summary>A page of a tenant's batches, the newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="after">The id of the batch before the page; null: the page is the first.</param>
    /// <param name="limit">Most batches of the page.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TenancyException">There is no batch <paramref name="after"/>.</exception>
    public Task<Page<Batch>> ListAsync(Guid tenant, string? after, int limit, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        IQueryable<Batch> batches = context.Batches.AsNoTracking().Where(batch => batch.TenantId == tenant);
        if (after is not null)
        {
            Batch? known = PublicId.IsOf(Batch.IdPrefix, after) ? await batches.FirstOrDefaultAsync(batch => batch.Id == after, cancellation) : null;
            Batch before = known ?? throw new TenancyException(TenancyProblem.Invalid, "after names no batch of this tenant.", "after");
            batches = batches.Where(batch => batch.Number < before.Number);
        }
        return Page<Batch>.Of(await batches.OrderByDescending(batch => batch.Number).Take(limit + 1).ToListAsync(cancellation), limit);
    });

    /// <summary>The batches of all tenants that have not ended, the oldest first.</summary>
    public Task<IReadOnlyList<Batch>> ListOpenAsync(CancellationToken cancellation = default) => database.AskAsync<IReadOnlyList<Batch>>(
        async context => await context.Batches.Open().AsNoTracking().OrderBy(batch => batch.Number).ToListAsync(cancellation));

    /// <summary>Changes a batch.</summary>
    /// <param name="id">Which.</param>
    /// <param name="change">Changes it, or returns false: then nothing is saved.</param>
    /// <param name="files">Files that the tenant gets with the change: both are there, or neither.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The batch as it is now.</returns>
    public Task<Batch> ChangeAsync(string id, Func<Batch, bool> change, IReadOnlyList<StoredFile>? files = null, CancellationToken cancellation = default) =>
        _turns.RunAsync(async context =>
        {
            Batch batch = await context.Batches.FirstAsync(one => one.Id == id, cancellation);
            if (change(batch))
            {
                context.Files.AddRange(files ?? []);
                await context.SaveChangesAsync(cancellation);
            }
            return batch;
        });

    public void Dispose() => _turns.Dispose();
}
