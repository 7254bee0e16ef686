using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using TokenFactory.Tenancy.Accounts;

namespace TokenFactory.Web.Access.SignIn;

/// <summary>Accounts that an OpenID Connect provider vouches for. Their role follows the provider at every sign-in.</summary>
internal static class ProviderSignIn
{
    public const string Scheme = OpenIdConnectDefaults.AuthenticationScheme;

    private const int LongestName = 64;

    public static void AddProvider(this AuthenticationBuilder authentication, OpenIdOptions provider)
    {
        authentication.AddOpenIdConnect(Scheme, options =>
        {
            options.Authority = provider.Authority;
            options.ClientId = provider.ClientId;
            options.ClientSecret = provider.ClientSecret;
            options.SignInScheme = IdentityConstants.ApplicationScheme;
            options.CallbackPath = SignInPaths.ProviderReturn;
            options.ResponseType = OpenIdConnectResponseType.Code;
            options.UsePkce = true;
            options.MapInboundClaims = false;
            options.RequireHttpsMetadata = !new Uri(provider.Authority!).IsLoopback;
            options.Scope.Add("email");
            // The correlation cookies travel over plain HTTP only where the page itself does.
            options.CorrelationCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.NonceCookie.SameSite = SameSiteMode.Lax;
            options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            options.Events.OnTokenValidated = context => AdmitAsync(context, provider);
            options.Events.OnRemoteFailure = RefuseAsync;
        });
    }

    private static async Task AdmitAsync(TokenValidatedContext context, OpenIdOptions provider)
    {
        ClaimsPrincipal vouched = context.Principal!;
        string subject = vouched.FindFirstValue("sub")!;
        if (FindRole(vouched, provider) is not { } role)
        {
            context.Fail(new ProviderRefusal(ProviderProblems.NoRole));
            return;
        }
        IServiceProvider services = context.HttpContext.RequestServices;
        Account account = await TakeInAsync(services, provider.Authority!, subject, vouched, role);
        if (account.IsDisabled)
        {
            context.Fail(new ProviderRefusal(ProviderProblems.Closed));
            return;
        }
        context.Principal = await services.GetRequiredService<IUserClaimsPrincipalFactory<Account>>().CreateAsync(account);
    }

    /// <summary>The highest role that the claims give; null: none.</summary>
    private static ConsoleRole? FindRole(ClaimsPrincipal vouched, OpenIdOptions provider)
    {
        ConsoleRole? highest = Parse(provider.DefaultRole);
        foreach (Claim claim in vouched.FindAll(provider.RoleClaim))
        {
            ConsoleRole? role = Parse(provider.Roles.TryGetValue(claim.Value, out string? mapped) ? mapped : claim.Value);
            highest = role > highest || highest is null ? role ?? highest : highest;
        }
        return highest;
    }

    private static ConsoleRole? Parse(string? name) => name is not null && ConsoleRoles.ByName.TryGetValue(name, out ConsoleRole role) ? role : null;

    /// <summary>The account of a subject, made at its first visit.</summary>
    private static async Task<Account> TakeInAsync(IServiceProvider services, string authority, string subject, ClaimsPrincipal vouched, ConsoleRole role)
    {
        AccountBook accounts = services.GetRequiredService<AccountBook>();
        UserManager<Account> users = services.GetRequiredService<UserManager<Account>>();
        DateTimeOffset now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (await accounts.FindByLoginAsync(authority, subject) is not { } account)
        {
            account = new Account { LoginProvider = authority, LoginKey = subject, Role = role, CreatedAt = now, LastSignInAt = now };
            account.Name = await ChooseNameAsync(users, vouched, subject);
            Accounts.AccountAdministration.Require(await users.CreateAsync(account));
            return account;
        }
        account.LastSignInAt = now;
        if (account.Role != role)
        {
            account.Role = role;
            await users.UpdateSecurityStampAsync(account);
        }
        else
        {
            await accounts.TryUpdateAsync(account);
        }
        return account;
    }

    /// <summary>A name that no other account has: a provider's user never becomes a local account's double.</summary>
    private static async Task<string> ChooseNameAsync(UserManager<Account> users, ClaimsPrincipal vouched, string subject)
    {
        string wanted = vouched.FindFirstValue("preferred_username") ?? vouched.FindFirstValue("email") ?? subject;
        string allowed = new([.. wanted.Where(letter => users.Options.User.AllowedUserNameCharacters.Contains(letter, StringComparison.Ordinal)).Take(LongestName - 8)]);
        return allowed.Length > 0 && await users.FindByNameAsync(allowed) is null ? allowed : $"{allowed}.{Guid.NewGuid().ToString("N")[..6]}";
    }

    private static Task RefuseAsync(RemoteFailureContext context)
    {
        string problem = (context.Failure as ProviderRefusal ?? context.Failure?.InnerException as ProviderRefusal)?.Problem ?? ProviderProblems.Failed;
        context.Response.Redirect($"{SignInPaths.SignIn}?problem={problem}");
        context.HandleResponse();
        return Task.CompletedTask;
    }

    private sealed class ProviderRefusal(string problem) : Exception(ProviderProblems.Describe(problem))
    {
        public string Problem { get; } = problem;
    }
}
