namespace TokenFactory.Tests.Shared.Pages;

/// <summary>A page of the console, for whoever looks at all of them.</summary>
/// <param name="Name">For file names and messages.</param>
/// <param name="Path">Its address.</param>
/// <param name="NeedsSignIn">Whether it is for those who have signed in.</param>
/// <param name="IsShotNarrow">Whether its picture is also taken as a phone shows it.</param>
internal sealed record ConsolePage(string Name, string Path, bool NeedsSignIn = true, bool IsShotNarrow = false);

/// <summary>Every page there is. A new page gets a line here, and with it the checks of accessibility and first paint, and its pictures.</summary>
internal static class ConsolePages
{
    public static IReadOnlyList<ConsolePage> All { get; } =
    [
        new("floor", "/", IsShotNarrow: true),
        new("queue", "/queue", IsShotNarrow: true),
        new("models", "/models"),
        new("policies", "/policies"),
        new("tenants", "/tenants"),
        new("plans", "/tenants?tab=plans"),
        new("keys", "/tenants?tab=keys"),
        new("usage", "/usage"),
        new("playground", "/playground", IsShotNarrow: true),
        new("audit", "/audit"),
        new("accounts", "/accounts"),
        new("settings", "/settings"),
        new("password", "/account/password"),
        new("denied", "/denied"),
        new("signin", "/signin", NeedsSignIn: false),
        new("not-found", "/not-found", NeedsSignIn: false),
    ];
}
