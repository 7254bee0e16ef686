using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Responses;

/// <summary>
/// The tenants' responses in the database. A response that has expired is not there for anybody, also before it is swept away. Each call
/// is a piece of work of its own; safe for any thread.
/// </summary>
public sealed class ResponseBook(TenancyDatabase database, TimeProvider clock) : IDisposable
{
    private const int PostgresWriters = 32;

    /// <summary>SQLite has one writer, for whose end others wait without order: here they come one after another.</summary>
    private readonly WriteTurns _turns = new(database, database.IsSqlite ? 1 : PostgresWriters);

    /// <summary>Adds a response; its number is given here.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used; so every call here.</exception>
    public Task AddAsync(StoredResponse response, CancellationToken cancellation = default) => _turns.RunAsync(context =>
    {
        Measure(response);
        context.Responses.Add(response);
        return context.SaveChangesAsync(cancellation);
    });

    /// <summary>A tenant's response; null where there is none.</summary>
    public Task<StoredResponse?> FindAsync(Guid tenant, string id, CancellationToken cancellation = default)
    {
        if (!PublicId.IsOf(StoredResponse.IdPrefix, id))
        {
            return Task.FromResult<StoredResponse?>(null);
        }
        DateTimeOffset now = clock.GetUtcNow();
        return database.AskAsync(context => context.Responses.AsNoTracking()
            .FirstOrDefaultAsync(response => response.Id == id && response.TenantId == tenant && response.ExpiresAt > now, cancellation));
    }

    /// <summary>Ends an open response.</summary>
    /// <param name="id">Which; nothing happens where it was removed meanwhile.</param>
    /// <param name="end">Gives the body that it has from now on, from the one that it has.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task EndAsync(string id, Func<string, string> end, CancellationToken cancellation = default) => _turns.RunAsync(async context =>
    {
        if (await context.Responses.FirstOrDefaultAsync(one => one.Id == id, cancellation) is { IsOpen: true } response)
        {
            response.Body = end(response.Body);
            response.IsOpen = false;
            Measure(response);
        }
        return await context.SaveChangesAsync(cancellation);
    });

    /// <summary>The ids of all responses that are open.</summary>
    public Task<IReadOnlyList<string>> ListOpenAsync(CancellationToken cancellation = default) => database.AskAsync<IReadOnlyList<string>>(
        async context => await context.Responses.Where(response => response.IsOpen).OrderBy(response => response.Number).Select(response => response.Id).ToListAsync(cancellation));

    /// <summary>Removes a tenant's response.</summary>
    /// <returns>False: there is none.</returns>
    public Task<bool> RemoveAsync(Guid tenant, string id, CancellationToken cancellation = default)
    {
        if (!PublicId.IsOf(StoredResponse.IdPrefix, id))
        {
            return Task.FromResult(false);
        }
        DateTimeOffset now = clock.GetUtcNow();
        return _turns.RunAsync(async context => await context.Responses
            .Where(response => response.Id == id && response.TenantId == tenant && response.ExpiresAt > now).ExecuteDeleteAsync(cancellation) > 0);
    }

    /// <summary>Removes what has expired, what deleted tenants had, and of tenants that keep more than they may the oldest. Open responses stay.</summary>
    /// <param name="mostLength">What all responses of a tenant may hold together, in characters.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task SweepAsync(long mostLength, CancellationToken cancellation = default) => _turns.RunAsync(async context =>
    {
        DateTimeOffset now = clock.GetUtcNow();
        IQueryable<StoredResponse> ended = context.Responses.Where(response => !response.IsOpen);
        IQueryable<Guid> deleted = context.Tenants.Where(tenant => tenant.State == (int)TenantState.Deleted).Select(tenant => tenant.Id);
        await ended.Where(response => response.ExpiresAt <= now || deleted.Contains(response.TenantId)).ExecuteDeleteAsync(cancellation);
        List<Guid> full = await context.Responses.GroupBy(response => response.TenantId)
            .Where(responses => responses.Sum(response => response.Length) > mostLength).Select(responses => responses.Key).ToListAsync(cancellation);
        foreach (Guid tenant in full)
        {
            long newest = await FindNewestBeyondAsync(context, tenant, mostLength, cancellation);
            await ended.Where(response => response.TenantId == tenant && response.Number <= newest).ExecuteDeleteAsync(cancellation);
        }
        return full.Count;
    });

    public void Dispose() => _turns.Dispose();

    /// <summary>The number of the newest response that has no room beside those after it; 0 where all have.</summary>
    private static async Task<long> FindNewestBeyondAsync(TenancyDbContext context, Guid tenant, long mostLength, CancellationToken cancellation)
    {
        long held = 0;
        await foreach (var response in context.Responses.Where(response => response.TenantId == tenant).OrderByDescending(response => response.Number)
            .Select(response => new { response.Number, response.Length }).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            held += response.Length;
            if (held > mostLength)
            {
                return response.Number;
            }
        }
        return 0;
    }

    private static void Measure(StoredResponse response) => response.Length = response.Input.Length + response.Body.Length;
}
