namespace TokenFactory.Web.BrowserTests;

/// <summary>Finds the machine's own browser; none is ever downloaded.</summary>
internal static class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Why there is none, for the skip.</summary>
    public static string Missing { get; } = $"needs a browser: none of {string.Join(", ", Names)} is in PATH (Debian: apt-get install chromium)";

    /// <summary>Its path; null where there is none.</summary>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
