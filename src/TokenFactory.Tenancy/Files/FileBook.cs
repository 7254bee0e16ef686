using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Files;

/// <summary>
/// The tenants' files in the database. A file that has expired is not there for anybody, also before it is swept away. Each call is a
/// piece of work of its own; safe for any thread.
/// </summary>
public sealed class FileBook(TenancyDatabase database, TimeProvider clock) : IDisposable
{
    /// <summary>Held from counting a tenant's bytes until the file is added: uploads that end together cannot exceed the bound.</summary>
    private readonly SemaphoreSlim _adding = new(1);

    /// <summary>Adds a file whose content is on disk.</summary>
    /// <param name="file">The file; its number is given here.</param>
    /// <param name="mostBytes">What all files of the tenant may hold together.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TenancyException">The tenant's files would hold more.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used; so every call here.</exception>
    public async Task AddAsync(StoredFile file, long mostBytes, CancellationToken cancellation = default)
    {
        await _adding.WaitAsync(cancellation);
        try
        {
            await database.AskAsync(async context =>
            {
                long held = await BytesAsync(context, file.TenantId, cancellation);
                if (held + file.Bytes > mostBytes)
                {
                    throw TooMuch(held, mostBytes);
                }
                context.Files.Add(file);
                return await context.SaveChangesAsync(cancellation);
            });
        }
        finally
        {
            _adding.Release();
        }
    }

    /// <summary>What a tenant's files hold together.</summary>
    public Task<long> BytesAsync(Guid tenant, CancellationToken cancellation = default) => database.AskAsync(context => BytesAsync(context, tenant, cancellation));

    /// <summary>A tenant's file; null where there is none.</summary>
    public Task<StoredFile?> FindAsync(Guid tenant, string id, CancellationToken cancellation = default) =>
        PublicId.IsOf(StoredFile.IdPrefix, id)
            ? database.AskAsync(context => Living(context, tenant).FirstOrDefaultAsync(file => file.Id == id, cancellation))
            : Task.FromResult<StoredFile?>(null);

    /// <summary>A page of a tenant's files, in the order in which they were added or the reverse.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="purpose">Only those; null: all.</param>
    /// <param name="after">The id of the file before the page; null: the page is the first.</param>
    /// <param name="limit">Most files of the page.</param>
    /// <param name="isDescending">Whether the newest come first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TenancyException">There is no file <paramref name="after"/>.</exception>
    public Task<Page<StoredFile>> ListAsync(
        Guid tenant, string? purpose, string? after, int limit, bool isDescending, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        IQueryable<StoredFile> files = Living(context, tenant).Where(file => purpose == null || file.Purpose == purpose);
        if (after is not null)
        {
            StoredFile? known = PublicId.IsOf(StoredFile.IdPrefix, after)
                ? await context.Files.AsNoTracking().FirstOrDefaultAsync(file => file.TenantId == tenant && file.Id == after, cancellation)
                : null;
            StoredFile before = known ?? throw new TenancyException(TenancyProblem.Invalid, "after names no file of this tenant.", "after");
            files = isDescending ? files.Where(file => file.Number < before.Number) : files.Where(file => file.Number > before.Number);
        }
        files = isDescending ? files.OrderByDescending(file => file.Number) : files.OrderBy(file => file.Number);
        return Page<StoredFile>.Of(await files.Take(limit + 1).ToListAsync(cancellation), limit);
    });

    /// <summary>Forgets a tenant's file; its content is the caller's to delete.</summary>
    /// <returns>False: there is none.</returns>
    /// <exception cref="TenancyException">A batch that has not ended reads it.</exception>
    public Task<bool> RemoveAsync(Guid tenant, string id, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        if (!PublicId.IsOf(StoredFile.IdPrefix, id))
        {
            return false;
        }
        string? reader = await context.Batches.Open().Where(batch => batch.TenantId == tenant && batch.InputFileId == id).Select(batch => batch.Id)
            .FirstOrDefaultAsync(cancellation);
        if (reader is not null)
        {
            throw new TenancyException(TenancyProblem.Conflict, $"{reader} reads this file. Cancel it first, or wait until it ends.", "file_id");
        }
        return await Living(context, tenant).Where(file => file.Id == id).ExecuteDeleteAsync(cancellation) > 0;
    });

    /// <summary>Forgets the files that have expired and those of deleted tenants, save those that a batch still reads.</summary>
    /// <returns>The ids of the files; their content is the caller's to delete.</returns>
    public Task<IReadOnlyList<string>> SweepAsync(CancellationToken cancellation = default) => database.AskAsync<IReadOnlyList<string>>(async context =>
    {
        DateTimeOffset now = clock.GetUtcNow();
        IQueryable<string> inputs = context.Batches.Open().Select(batch => batch.InputFileId);
        IQueryable<Guid> deleted = context.Tenants.Where(tenant => tenant.State == (int)TenantState.Deleted).Select(tenant => tenant.Id);
        List<string> ids = await context.Files
            .Where(file => ((file.ExpiresAt != null && file.ExpiresAt <= now) || deleted.Contains(file.TenantId)) && !inputs.Contains(file.Id))
            .Select(file => file.Id).ToListAsync(cancellation);
        foreach (string[] some in ids.Chunk(500))
        {
            await context.Files.Where(file => some.Contains(file.Id)).ExecuteDeleteAsync(cancellation);
        }
        return ids;
    });

    /// <summary>The ids of all contents that somebody needs: files, and what batches that have not ended write.</summary>
    public Task<IReadOnlySet<string>> ContentsAsync(CancellationToken cancellation = default) => database.AskAsync<IReadOnlySet<string>>(async context =>
    {
        HashSet<string> ids = [.. await context.Files.Select(file => file.Id).ToListAsync(cancellation)];
        foreach (var batch in await context.Batches.Open().Select(batch => new { batch.OutputFileId, batch.ErrorFileId }).ToListAsync(cancellation))
        {
            ids.Add(batch.OutputFileId);
            ids.Add(batch.ErrorFileId);
        }
        return ids;
    });

    public void Dispose() => _adding.Dispose();

    /// <summary>The refusal of a file that is more than the rest of what a tenant may hold.</summary>
    public static TenancyException TooMuch(long held, long mostBytes) => new(
        TenancyProblem.Invalid,
        string.Create(CultureInfo.InvariantCulture, $"The files of this tenant may hold {mostBytes} bytes together and hold {held} already. Delete some first."),
        "file");

    private static Task<long> BytesAsync(TenancyDbContext context, Guid tenant, CancellationToken cancellation) =>
        context.Files.Where(file => file.TenantId == tenant).SumAsync(file => file.Bytes, cancellation);

    private IQueryable<StoredFile> Living(TenancyDbContext context, Guid tenant)
    {
        DateTimeOffset now = clock.GetUtcNow();
        return context.Files.AsNoTracking().Where(file => file.TenantId == tenant && (file.ExpiresAt == null || file.ExpiresAt > now));
    }
}
