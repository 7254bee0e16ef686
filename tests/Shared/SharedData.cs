using Xunit;

namespace TokenFactory.Tests.Shared;

/// <summary>
/// Finds the data folder that lies beside a checkout (<c>../shared/data</c>). The product never needs it; a test that does
/// skips with the reason where it is absent.
/// </summary>
internal static class SharedData
{
    /// <summary>The checkout's top folder: the nearest parent that holds the solution file.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The absolute path of <paramref name="relative"/> in the data folder; skips the calling test where it does not exist.</summary>
    public static string Require(string relative)
    {
        string? path = Find(relative);
        Assert.SkipWhen(path is null, $"needs shared/data/{relative}, which is not beside this checkout");
        return path;
    }

    /// <summary>The absolute path of <paramref name="relative"/> in the data folder; null where it does not exist.</summary>
    public static string? Find(string relative)
    {
        string path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data", relative));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string FindRepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TokenFactory.Console.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException("no parent of the test's folder holds TokenFactory.Console.sln");
    }
}
