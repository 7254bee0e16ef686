namespace TokenFactory.Web.Access.SignIn;

/// <summary>Addresses of signing in and out.</summary>
internal static class SignInPaths
{
    public const string SignIn = "/signin";
    public const string SignOut = "/signout";
    public const string Provider = "/signin/provider";
    public const string ProviderReturn = "/signin/oidc";
    public const string Password = "/account/password";
    public const string Denied = "/denied";
    public const string ReturnParameter = "returnUrl";

    /// <summary>Where to go after signing in: a path of this host, never another host's.</summary>
    public static string SafeReturn(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl) ? path : "/";
}
