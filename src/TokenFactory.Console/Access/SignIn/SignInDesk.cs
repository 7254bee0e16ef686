using Microsoft.AspNetCore.Identity;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;

namespace TokenFactory.Web.Access.SignIn;

/// <summary>Signs somebody in by name and password, and lets them replace their own password.</summary>
internal sealed class SignInDesk(SignInManager<Account> signIn, UserManager<Account> users, AccountBook accounts, AuditTrail audit, TimeProvider clock)
{
    // The same for a wrong name and a wrong password: nobody learns here who has an account.
    private const string Wrong = "This name and password do not match. Check both; after several wrong tries an account is locked for some minutes.";

    /// <summary>Signs in.</summary>
    /// <returns>Null, or why not and what to do.</returns>
    public async Task<string?> EnterAsync(string? name, string? password)
    {
        Account? account = string.IsNullOrWhiteSpace(name) ? null : await users.FindByNameAsync(name.Trim());
        if (account is null)
        {
            // As slow as a real one.
            users.PasswordHasher.HashPassword(new Account(), password ?? "");
            return Wrong;
        }
        SignInResult result = await signIn.CheckPasswordSignInAsync(account, password ?? "", lockoutOnFailure: true);
        if (result.IsLockedOut)
        {
            return $"This account is locked until {account.LockedUntil:HH:mm:ss} UTC after too many wrong passwords. Wait, or ask an administrator to unlock it.";
        }
        if (!result.Succeeded)
        {
            return Wrong;
        }
        if (account.IsDisabled)
        {
            return "This account is closed. Ask an administrator to open it.";
        }
        account.LastSignInAt = clock.GetUtcNow();
        await accounts.TryUpdateAsync(account);
        await signIn.SignInAsync(account, isPersistent: false);
        return null;
    }

    /// <summary>Replaces the visitor's own password; their other sessions end.</summary>
    /// <returns>Null, or why not and what to do.</returns>
    public async Task<string?> ChangePasswordAsync(HttpContext context, string? current, string? wanted, string? repeated)
    {
        if (await users.GetUserAsync(context.User) is not { } account)
        {
            return "Your session has ended. Sign in again.";
        }
        if (wanted != repeated)
        {
            return "The two entries of the new password differ.";
        }
        if (current == wanted)
        {
            return "The new password is the old one. Choose another.";
        }
        account.MustChangePassword = false;
        IdentityResult changed = await users.ChangePasswordAsync(account, current ?? "", wanted ?? "");
        if (!changed.Succeeded)
        {
            return string.Join(' ', changed.Errors.Select(error => error.Description));
        }
        await audit.AddAsync(account.Name, "account.change-password", account.Name, null, null);
        await signIn.RefreshSignInAsync(account);
        return null;
    }
}
