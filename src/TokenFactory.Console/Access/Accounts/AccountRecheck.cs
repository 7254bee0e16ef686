using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Web.Access.Accounts;

/// <summary>How often an open page looks whether its visitor's account still stands.</summary>
internal sealed record RecheckInterval(TimeSpan Value);

/// <summary>Ends the session of an open page once its account was closed or changed.</summary>
internal sealed class AccountRecheck(ILoggerFactory loggers, AccountBook accounts, RecheckInterval interval) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => interval.Value;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        if (AccountPrincipal.IdOf(authenticationState.User) is not { } id)
        {
            return false;
        }
        try
        {
            return await accounts.FindAsync(id, cancellationToken) is { IsDisabled: false } account && AccountPrincipal.IsOf(authenticationState.User, account);
        }
        catch (DatabaseUnavailableException)
        {
            // Nobody is signed out because a disk is slow; what changes something asks the database itself.
            return true;
        }
    }
}
