using System.Xml.Linq;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Web.Tests.Architecture;

/// <summary>References run one way, and the engine knows neither HTTP nor a database.</summary>
public sealed class ReferenceTests
{
    /// <summary>What each project may reference, shortest names. The host may reference all.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Engine"] = [],
        ["Models"] = [],
        ["Telemetry"] = [],
        ["Tenancy"] = [],
        ["Tenancy.Sqlite"] = ["Tenancy"],
        ["Tenancy.Postgres"] = ["Tenancy"],
        ["Engine.Onnx"] = ["Engine", "Models"],
        ["Engine.Cuda"] = ["Engine", "Models"],
        ["Api"] = ["Engine", "Tenancy"],
        ["Cluster"] = ["Engine", "Tenancy", "Telemetry"],
        ["Simulation"] = ["Engine"],
    };

    private static readonly string[] WithoutWebOrDatabase = ["Engine", "Models", "Engine.Onnx", "Engine.Cuda", "Telemetry", "Simulation"];

    private static readonly Dictionary<string, XDocument> Projects = Directory
        .EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(ShortName, file => XDocument.Load(file));

    [Fact]
    public void References_OfEveryProject_RunOneWay()
    {
        List<string> wrong = [];
        foreach ((string project, XDocument file) in Projects)
        {
            if (project == "Console")
            {
                continue;
            }
            Assert.True(Allowed.ContainsKey(project), $"{project} is new: say here what it may reference");
            wrong.AddRange(References(file).Except(Allowed[project]).Select(reference => $"{project} → {reference}"));
        }
        Assert.Empty(wrong);
        Assert.True(Projects.Count >= 6);
    }

    [Fact]
    public void Host_ReferencesNothing_ThatReferencesIt() =>
        Assert.DoesNotContain(Projects, project => References(project.Value).Contains("Console"));

    [Fact]
    public void Engine_AndItsLike_KnowNeitherWebNorDatabase()
    {
        foreach (string name in WithoutWebOrDatabase.Where(Projects.ContainsKey))
        {
            XDocument file = Projects[name];
            Assert.Equal("Microsoft.NET.Sdk", file.Root!.Attribute("Sdk")!.Value);
            Assert.Empty(file.Descendants("FrameworkReference"));
            Assert.DoesNotContain(Packages(file), package => package.Contains("EntityFramework") || package.Contains("AspNetCore"));
        }
    }

    [Fact]
    public void Versions_OfPackages_AreCentral() =>
        Assert.Empty(Projects.SelectMany(project => project.Value.Descendants("PackageReference").Where(package => package.Attribute("Version") is not null)
            .Select(package => $"{project.Key}: {package.Attribute("Include")!.Value}")));

    private static IEnumerable<string> References(XDocument project) =>
        project.Descendants("ProjectReference").Select(reference => ShortName(reference.Attribute("Include")!.Value));

    private static IEnumerable<string> Packages(XDocument project) =>
        project.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value);

    private static string ShortName(string path) =>
        Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("TokenFactory.", "", StringComparison.Ordinal);
}
