using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Access.Accounts;

namespace TokenFactory.Web.Access;

/// <summary>Who uses the console in this circuit, and what they may do. Every service that changes something asks here.</summary>
public sealed class Visitor(AuthenticationStateProvider authentication, AccountBook accounts)
{
    /// <summary>Whether the visitor may do it, as of their sign-in; a page leaves out what they may not.</summary>
    public async Task<bool> MayAsync(Permission permission) => AccountPrincipal.Allows(await FindPrincipalAsync(), permission);

    /// <summary>The visitor's name for the audit. The account is looked at as it is now: what was taken from it is refused at once.</summary>
    /// <exception cref="UnauthorizedAccessException">The visitor may not do it.</exception>
    public async Task<string> DemandAsync(Permission permission)
    {
        ClaimsPrincipal principal = await FindPrincipalAsync();
        if (AccountPrincipal.IdOf(principal) is not { } id
            || await accounts.FindAsync(id) is not { IsDisabled: false, MustChangePassword: false } account
            || !AccountPrincipal.IsOf(principal, account))
        {
            throw new UnauthorizedAccessException("Your session has ended. Sign in again.");
        }
        return account.Role.Allows(permission)
            ? account.Name
            : throw new UnauthorizedAccessException($"This needs the role {ConsoleRoles.Describe(permission)}; yours is {ConsoleRoles.NameOf(account.Role)}. Ask an administrator.");
    }

    private async Task<ClaimsPrincipal> FindPrincipalAsync() => (await authentication.GetAuthenticationStateAsync()).User;
}
