using Microsoft.AspNetCore.Identity;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>The accounts as ASP.NET Core Identity asks for them: passwords, stamps and lockout are its own work, keeping them is ours.</summary>
internal sealed class AccountStore(AccountBook accounts)
    : IUserPasswordStore<Account>, IUserSecurityStampStore<Account>, IUserLockoutStore<Account>
{
    private static readonly IdentityError Changed = new()
    {
        Code = "ConcurrencyFailure",
        Description = "Somebody else changed this account at the same time. Look at it again, then repeat the change.",
    };

    public async Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken)
    {
        try
        {
            await accounts.AddAsync(user, cancellationToken);
            return IdentityResult.Success;
        }
        catch (TenancyException problem)
        {
            return IdentityResult.Failed(new IdentityError { Code = "DuplicateUserName", Description = problem.Message });
        }
    }

    public async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken) =>
        await accounts.TryUpdateAsync(user, cancellationToken) ? IdentityResult.Success : IdentityResult.Failed(Changed);

    public async Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken) =>
        await accounts.TryRemoveAsync(user, cancellationToken) ? IdentityResult.Success : IdentityResult.Failed(Changed);

    public Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out Guid id) ? accounts.FindAsync(id, cancellationToken) : Task.FromResult<Account?>(null);

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        accounts.FindByNameAsync(normalizedUserName, cancellationToken);

    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult($"{user.Id}");

    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Name);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) => Do(() => user.Name = userName ?? "");

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedName);

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) => Do(() => user.NormalizedName = normalizedName ?? "");

    public Task<string?> GetPasswordHashAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task<bool> HasPasswordAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public Task SetPasswordHashAsync(Account user, string? passwordHash, CancellationToken cancellationToken) => Do(() => user.PasswordHash = passwordHash);

    public Task<string?> GetSecurityStampAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);

    public Task SetSecurityStampAsync(Account user, string stamp, CancellationToken cancellationToken) => Do(() => user.SecurityStamp = stamp);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.LockedUntil);

    public Task SetLockoutEndDateAsync(Account user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) => Do(() => user.LockedUntil = lockoutEnd);

    public Task<int> IncrementAccessFailedCountAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(++user.FailedAttempts);

    public Task ResetAccessFailedCountAsync(Account user, CancellationToken cancellationToken) => Do(() => user.FailedAttempts = 0);

    public Task<int> GetAccessFailedCountAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.FailedAttempts);

    // Every account can be locked: that is not a choice of its own here.
    public Task<bool> GetLockoutEnabledAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task SetLockoutEnabledAsync(Account user, bool enabled, CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // The book opens and closes the database at each call.
    }

    private static Task Do(Action change)
    {
        change();
        return Task.CompletedTask;
    }
}
