using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Tenancy.Accounts;

/// <summary>The accounts in the database. Each call is a piece of work of its own; safe for any thread.</summary>
public sealed class AccountBook(TenancyDatabase database)
{
    /// <summary>All accounts, by name.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read; so every call here.</exception>
    public Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellation = default) => database.AskAsync<IReadOnlyList<Account>>(
        async context => await context.Accounts.AsNoTracking().OrderBy(account => account.NormalizedName).ToListAsync(cancellation));

    public Task<Account?> FindAsync(Guid id, CancellationToken cancellation = default) =>
        database.AskAsync(context => context.Accounts.AsNoTracking().FirstOrDefaultAsync(account => account.Id == id, cancellation));

    /// <param name="normalizedName">As <see cref="Account.NormalizedName"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<Account?> FindByNameAsync(string normalizedName, CancellationToken cancellation = default) =>
        database.AskAsync(context => context.Accounts.AsNoTracking().FirstOrDefaultAsync(account => account.NormalizedName == normalizedName, cancellation));

    /// <summary>The account that an identity provider vouches for.</summary>
    public Task<Account?> FindByLoginAsync(string provider, string key, CancellationToken cancellation = default) => database.AskAsync(
        context => context.Accounts.AsNoTracking().FirstOrDefaultAsync(account => account.LoginProvider == provider && account.LoginKey == key, cancellation));

    public Task<bool> AnyAsync(CancellationToken cancellation = default) => database.AskAsync(context => context.Accounts.AnyAsync(cancellation));

    /// <exception cref="TenancyException">The name is taken.</exception>
    public Task AddAsync(Account account, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        if (await context.Accounts.AnyAsync(other => other.NormalizedName == account.NormalizedName, cancellation))
        {
            throw new TenancyException(TenancyProblem.Conflict, $"There is an account {account.Name} already. Choose another name.", "name");
        }
        account.ConcurrencyStamp = NewStamp();
        context.Accounts.Add(account);
        return await context.SaveChangesAsync(cancellation);
    });

    /// <returns>False: somebody else saved or removed it since it was read.</returns>
    public Task<bool> TryUpdateAsync(Account account, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        context.Accounts.Attach(account);
        account.ConcurrencyStamp = NewStamp();
        context.Accounts.Update(account);
        return await TrySaveAsync(context, cancellation);
    });

    /// <inheritdoc cref="TryUpdateAsync"/>
    public Task<bool> TryRemoveAsync(Account account, CancellationToken cancellation = default) => database.AskAsync(async context =>
    {
        context.Accounts.Remove(account);
        return await TrySaveAsync(context, cancellation);
    });

    private static async Task<bool> TrySaveAsync(TenancyDbContext context, CancellationToken cancellation)
    {
        try
        {
            await context.SaveChangesAsync(cancellation);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    private static string NewStamp() => Guid.NewGuid().ToString("N");
}
