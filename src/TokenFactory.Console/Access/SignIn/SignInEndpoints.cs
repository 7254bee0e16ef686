using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using TokenFactory.Tenancy.Accounts;

namespace TokenFactory.Web.Access.SignIn;

/// <summary>Signing out, and leaving for the identity provider.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(SignInPaths.SignOut, SignOutAsync);
        if (routes.ServiceProvider.GetRequiredService<IOptions<AccessOptions>>().Value.OpenIdConnect.IsConfigured)
        {
            routes.MapGet(SignInPaths.Provider, (string? returnUrl) => Results.Challenge(
                new AuthenticationProperties { RedirectUri = SignInPaths.SafeReturn(returnUrl) }, [ProviderSignIn.Scheme]));
        }
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery, SignInManager<Account> signIn)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.BadRequest("This page is too old to sign out from. Load it anew and try again.");
        }
        await signIn.SignOutAsync();
        return Results.LocalRedirect(SignInPaths.SignIn);
    }
}
