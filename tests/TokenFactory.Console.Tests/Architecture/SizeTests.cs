using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Web.Tests.Architecture;

/// <summary>Files stay small enough to be read in one sitting.</summary>
public sealed class SizeTests
{
    private const int MostLines = 500;
    private const int MostMedian = 120;

    private static readonly string[] Folders = ["src", "tests", "tools"];

    private static readonly char[] Separators = ['/', '\\'];

    [Fact]
    public void Files_WrittenByHand_AreSmall()
    {
        (string File, int Lines)[] files = [.. Folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, folder), "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(SharedData.RepositoryRoot, file))
            .Where(file => !file.Split(Separators).Any(part => part is "bin" or "obj" or "Migrations"))
            .Select(file => (file, File.ReadLines(Path.Combine(SharedData.RepositoryRoot, file)).Count()))
            .OrderBy(file => file.Item2)];

        Assert.DoesNotContain(files, file => file.Lines > MostLines);
        Assert.InRange(files[files.Length / 2].Lines, 1, MostMedian);
    }
}
