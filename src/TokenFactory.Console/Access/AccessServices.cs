using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Web.Access.Accounts;
using TokenFactory.Web.Access.SignIn;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Access;

/// <summary>Registers accounts, sign-in and who may do what.</summary>
internal static class AccessServices
{
    private const string CookieName = "tokenfactory";
    private const int LeastPasswordLength = 10;

    // How long an account that was closed, or got another role, may still be believed.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(15);

    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        AccessOptions options = configuration.GetSection(AccessOptions.Section).Get<AccessOptions>() ?? new AccessOptions();
        services.Configure<AccessOptions>(configuration.GetSection(AccessOptions.Section));
        services.AddAccounts(options);
        AddCookie(services, options);
        services.AddPermissions();
        services.AddScoped<AuthenticationStateProvider, AccountRecheck>();
        services.AddSingleton(new RecheckInterval(Recheck));
        services.AddRateLimiter(SignInRate.Limit);
        services.AddHostedService<FirstAccount>();
        return services;
    }

    /// <summary>Registers what pages and services ask whether a visitor may do something; who the visitor is comes from elsewhere.</summary>
    public static IServiceCollection AddPermissions(this IServiceCollection services)
    {
        services.AddAuthorization(authorization =>
        {
            foreach (Permission permission in Enum.GetValues<Permission>())
            {
                authorization.AddPolicy($"{permission}", policy => policy.RequireAssertion(context => AccountPrincipal.Allows(context.User, permission)));
            }
        });
        services.AddCascadingAuthenticationState();
        services.AddScoped<Visitor>();
        return services;
    }

    /// <summary>Registers accounts and what administrators do to them.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services, AccessOptions options)
    {
        services.AddIdentityCore<Account>(identity =>
            {
                identity.Lockout.MaxFailedAccessAttempts = options.LockoutAttempts;
                identity.Lockout.DefaultLockoutTimeSpan = options.LockoutTime;
                // Length is what makes a password hard to guess; rules on its letters make it hard to remember.
                identity.Password.RequiredLength = LeastPasswordLength;
                identity.Password.RequireDigit = false;
                identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = false;
                identity.Password.RequireNonAlphanumeric = false;
            })
            .AddUserStore<AccountStore>()
            .AddClaimsPrincipalFactory<AccountPrincipal>()
            .AddSignInManager();
        services.Configure<SecurityStampValidatorOptions>(stamps => stamps.ValidationInterval = Recheck);
        services.AddScoped<AccountAdministration>();
        services.AddScoped<SignInDesk>();
        return services;
    }

    private static void AddCookie(IServiceCollection services, AccessOptions options)
    {
        AuthenticationBuilder authentication = services.AddAuthentication(IdentityConstants.ApplicationScheme);
        authentication.AddIdentityCookies();
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = CookieName;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            // Pages over plain HTTP are this machine's own: SecurePages turns others away in Production.
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = options.Session;
            cookie.SlidingExpiration = true;
            cookie.LoginPath = SignInPaths.SignIn;
            cookie.AccessDeniedPath = SignInPaths.Denied;
            cookie.ReturnUrlParameter = SignInPaths.ReturnParameter;
            cookie.Events.OnRedirectToAccessDenied = RedirectDenied;
        });
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(keys =>
            keys.XmlRepository = new FileSystemXmlRepository(
                OpenKeyFolder(provider.GetRequiredService<DataFolder>()), provider.GetRequiredService<ILoggerFactory>())));
        if (options.OpenIdConnect.IsConfigured)
        {
            authentication.AddProvider(options.OpenIdConnect);
        }
    }

    /// <summary>What signs the cookies: whoever can read it can sign in as anybody, so nobody else may.</summary>
    private static DirectoryInfo OpenKeyFolder(DataFolder data)
    {
        string path = Path.Combine(data.Path, "keys");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static Task RedirectDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        HttpRequest request = context.Request;
        context.Response.Redirect(context.HttpContext.User.HasClaim(AccountPrincipal.MustChangePassword, "1")
            ? QueryHelpers.AddQueryString(SignInPaths.Password, SignInPaths.ReturnParameter, $"{request.Path}{request.QueryString}")
            : context.RedirectUri);
        return Task.CompletedTask;
    }
}
