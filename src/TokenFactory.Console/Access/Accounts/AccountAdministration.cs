using Microsoft.AspNetCore.Identity;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>Changes to accounts by an administrator. At least one open account of the role admin is left by every change.</summary>
public sealed class AccountAdministration(UserManager<Account> users, AccountBook accounts, AuditTrail audit, Visitor visitor, TimeProvider clock)
{
    private const int LongestName = 64;

    // Two changes at once could each count on the other's account as the admin that is left. A database has one server.
    private static readonly SemaphoreSlim Turn = new(1);

    /// <summary>All accounts, by name.</summary>
    public async Task<IReadOnlyList<Account>> ListAsync()
    {
        await visitor.DemandAsync(Permission.Administer);
        return await accounts.ListAsync();
    }

    /// <summary>Makes an account.</summary>
    /// <returns>The password for its first sign-in; it is told nowhere else.</returns>
    /// <exception cref="TenancyException">The name is taken or no name.</exception>
    public async Task<string> CreateAsync(string name, ConsoleRole role)
    {
        string actor = await visitor.DemandAsync(Permission.Administer);
        if (name.Length is 0 or > LongestName)
        {
            throw new TenancyException(TenancyProblem.Invalid, $"A name has 1 to {LongestName} letters, digits or any of - . _ @ +.", "name");
        }
        string password = OneTimePassword.Make();
        Account account = new() { Name = name, Role = role, CreatedAt = clock.GetUtcNow(), MustChangePassword = true };
        Require(await users.CreateAsync(account, password));
        await audit.AddAsync(actor, "account.create", name, null, View(account));
        return password;
    }

    /// <summary>Gives another role. Sessions of the account end within seconds.</summary>
    /// <exception cref="TenancyException">It is the last open admin, or somebody else changed it meanwhile.</exception>
    public Task SetRoleAsync(Guid id, ConsoleRole role) => ChangeAsync(id, "account.role", account => account.Role = role);

    /// <summary>Closes an account, or opens it again. Its sessions end within seconds.</summary>
    /// <exception cref="TenancyException">It is the last open admin, or somebody else changed it meanwhile.</exception>
    public Task SetDisabledAsync(Guid id, bool disabled) => ChangeAsync(id, disabled ? "account.disable" : "account.enable", account => account.IsDisabled = disabled);

    /// <summary>Lets somebody try again who entered too many wrong passwords.</summary>
    public Task UnlockAsync(Guid id) => ChangeAsync(id, "account.unlock", account =>
    {
        account.LockedUntil = null;
        account.FailedAttempts = 0;
    });

    /// <summary>Gives a new password for one sign-in. Sessions of the account end within seconds.</summary>
    /// <returns>The password; it is told nowhere else.</returns>
    public async Task<string> ResetPasswordAsync(Guid id)
    {
        string password = OneTimePassword.Make();
        await ChangeAsync(id, "account.reset-password", account => Replace(users, account, password));
        return password;
    }

    /// <summary>Removes an account.</summary>
    /// <exception cref="TenancyException">It is the last open admin, or somebody else changed it meanwhile.</exception>
    public async Task DeleteAsync(Guid id)
    {
        string actor = await visitor.DemandAsync(Permission.Administer);
        await InTurnAsync(async () =>
        {
            Account account = await FindAsync(id);
            await KeepAnAdminAsync(account, stays: false);
            Require(await users.DeleteAsync(account));
            await audit.AddAsync(actor, "account.delete", account.Name, View(account), null);
        });
    }

    /// <summary>Puts a one-time password in place of whatever opened the account; the caller saves it.</summary>
    internal static void Replace(UserManager<Account> users, Account account, string password)
    {
        account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
        account.MustChangePassword = true;
        account.LockedUntil = null;
        account.FailedAttempts = 0;
    }

    /// <exception cref="TenancyException">Identity refuses; its words.</exception>
    internal static void Require(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new TenancyException(TenancyProblem.Invalid, string.Join(' ', result.Errors.Select(error => error.Description)));
        }
    }

    private async Task ChangeAsync(Guid id, string action, Action<Account> change)
    {
        string actor = await visitor.DemandAsync(Permission.Administer);
        await InTurnAsync(async () =>
        {
            Account account = await FindAsync(id);
            object before = View(account);
            change(account);
            await KeepAnAdminAsync(account, IsOpenAdmin(account));
            // Ends the sessions, and saves.
            Require(await users.UpdateSecurityStampAsync(account));
            await audit.AddAsync(actor, action, account.Name, before, View(account));
        });
    }

    private static async Task InTurnAsync(Func<Task> change)
    {
        await Turn.WaitAsync();
        try
        {
            await change();
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task<Account> FindAsync(Guid id) =>
        await accounts.FindAsync(id) ?? throw new TenancyException(TenancyProblem.NotFound, "This account is gone. Load the page anew.");

    private async Task KeepAnAdminAsync(Account account, bool stays)
    {
        if (!stays && !(await accounts.ListAsync()).Any(other => other.Id != account.Id && IsOpenAdmin(other)))
        {
            throw new TenancyException(TenancyProblem.Conflict, $"{account.Name} is the last open account of the role admin. Give another one this role first.");
        }
    }

    private static bool IsOpenAdmin(Account account) => account is { Role: ConsoleRole.Admin, IsDisabled: false };

    private static object View(Account account) => new { role = ConsoleRoles.NameOf(account.Role), disabled = account.IsDisabled, mustChangePassword = account.MustChangePassword };
}
