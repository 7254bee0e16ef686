using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Access.Accounts;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>Somebody signed in as the session's account; the account itself is in the test's database.</summary>
internal sealed class TestSession : AuthenticationStateProvider
{
    private ClaimsPrincipal _visitor = new(new ClaimsIdentity());

    /// <summary>Signs in.</summary>
    public void Enter(Account account)
    {
        ClaimsIdentity identity = new(
            [
                new Claim(ClaimTypes.NameIdentifier, $"{account.Id}"),
                new Claim(ClaimTypes.Name, account.Name),
                new Claim(ClaimTypes.Role, ConsoleRoles.NameOf(account.Role)),
                new Claim(new ClaimsIdentityOptions().SecurityStampClaimType, account.SecurityStamp),
            ],
            "test");
        if (account.MustChangePassword)
        {
            identity.AddClaim(new Claim(AccountPrincipal.MustChangePassword, "1"));
        }
        _visitor = new ClaimsPrincipal(identity);
        NotifyAuthenticationStateChanged(GetAuthenticationStateAsync());
    }

    public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(_visitor));
}
