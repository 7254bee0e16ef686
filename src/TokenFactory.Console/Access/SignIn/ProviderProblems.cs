namespace TokenFactory.Web.Access.SignIn;

/// <summary>Why a provider's user was turned away. The address of the sign-in page carries the name, never a text that a link could make up.</summary>
internal static class ProviderProblems
{
    public const string NoRole = "no-role";
    public const string Closed = "closed";
    public const string Failed = "failed";

    /// <summary>The reason with what to do; null: no problem of this name.</summary>
    public static string? Describe(string? problem) => problem switch
    {
        NoRole => "Your account at the identity provider has no role here. Ask an administrator to give it one.",
        Closed => "This account is closed. Ask an administrator to open it.",
        Failed => "The identity provider did not sign you in. Try again; the console's log has the reason.",
        _ => null,
    };
}
