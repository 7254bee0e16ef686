using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Accounts;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>What a session says of an account: id, name, stamp, role, and whether its password has to be replaced first.</summary>
public sealed class AccountPrincipal(UserManager<Account> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<Account>(users, options)
{
    /// <summary>The claim of who may do nothing until the password is replaced.</summary>
    public const string MustChangePassword = "tf:must-change-password";

    private const string StampClaim = "AspNet.Identity.SecurityStamp";

    /// <summary>Whether the session's role allows it.</summary>
    public static bool Allows(ClaimsPrincipal principal, Permission permission) =>
        principal.Identity?.IsAuthenticated == true && !principal.HasClaim(MustChangePassword, "1")
        && RoleOf(principal) is { } role && role.Allows(permission);

    public static ConsoleRole? RoleOf(ClaimsPrincipal principal) =>
        principal.FindFirstValue(ClaimTypes.Role) is { } name && ConsoleRoles.ByName.TryGetValue(name, out ConsoleRole role) ? role : null;

    public static Guid? IdOf(ClaimsPrincipal principal) => Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out Guid id) ? id : null;

    /// <summary>Whether the session is the account's and nothing has ended it.</summary>
    public static bool IsOf(ClaimsPrincipal principal, Account account) =>
        IdOf(principal) == account.Id && principal.FindFirstValue(StampClaim) == account.SecurityStamp;

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        ClaimsIdentity identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(ClaimTypes.Role, ConsoleRoles.NameOf(user.Role)));
        if (user.MustChangePassword)
        {
            identity.AddClaim(new Claim(MustChangePassword, "1"));
        }
        return identity;
    }
}
