namespace TokenFactory.Web;

/// <summary>Where <c>wwwroot/</c> and <c>appsettings.json</c> lie.</summary>
internal static class ContentRoot
{
    private const string SolutionFile = "TokenFactory.Console.sln";

    /// <summary>
    /// The folder of the binary where it holds the web root (published); else the nearest parent with the solution file (a build
    /// output, tests too); else the working directory.
    /// </summary>
    public static string Find(string baseDirectory)
    {
        if (Directory.Exists(Path.Combine(baseDirectory, "wwwroot")))
        {
            return baseDirectory;
        }
        for (DirectoryInfo? folder = new(baseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, SolutionFile)))
            {
                return folder.FullName;
            }
        }
        return Directory.GetCurrentDirectory();
    }
}
