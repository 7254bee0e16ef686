namespace TokenFactory.Web.Settings;

/// <summary>A key that the framework reads, not a class of this product.</summary>
/// <param name="Key">The key; with everything below it where <paramref name="IsOpen"/> says so.</param>
/// <param name="Description">What it does.</param>
/// <param name="Default">What holds where nobody sets it.</param>
/// <param name="IsOpen">Whether it is a section of which only what is set is shown.</param>
internal sealed record HostSetting(string Key, string Description, string? Default = null, bool IsOpen = false)
{
    /// <summary>Those that operators set. The framework knows more; none of them is reported as unknown.</summary>
    public static IReadOnlyList<HostSetting> All { get; } =
    [
        new("Urls", "Addresses to listen on, separated by semicolons.", "http://localhost:5000"),
        new("AllowedHosts", "Host names that requests may name, separated by semicolons; * for all.", "*"),
        new("Environment", "Development, or Production: in Development a request from this machine needs no key, and pages are answered over plain HTTP.", "Production"),
        new("DetailedErrors", "Whether the browser's console says what failed in a page.", "false"),
        new("ForwardedHeaders_Enabled", "Whether a proxy is believed that says who asks and by what (ASPNETCORE_FORWARDEDHEADERS_ENABLED).", "false"),
        new("Kestrel", "Certificates and limits of the web server; the framework's documentation has the keys.", IsOpen: true),
        new("Logging", "How much is logged, by the name of what logs: Trace, Debug, Information, Warning, Error, Critical or None.", IsOpen: true),
    ];

    private static readonly string[] Others =
        ["ContentRoot", "ApplicationName", "WebRoot", "Http_Ports", "Https_Ports", "Https_Port", "PreferHostingUrls", "ShutdownTimeoutSeconds", "HostBuilder", "HostingStartupAssemblies"];

    /// <summary>Whether the framework reads the key.</summary>
    public static bool Knows(string key)
    {
        string first = key.Split(':')[0];
        return All.Any(setting => setting.Key.Equals(setting.IsOpen ? first : key, StringComparison.OrdinalIgnoreCase))
            || Others.Contains(first, StringComparer.OrdinalIgnoreCase);
    }
}
