using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tests.Shared;
using TokenFactory.Web.Settings;
using Xunit;

namespace TokenFactory.Web.Tests.Settings;

public sealed partial class SettingsReaderTests
{
    [Fact]
    public void Options_All_SayWhatTheyDo() =>
        Assert.Empty(Read("{}").Where(setting => !setting.Description.EndsWith('.')).Select(setting => setting.Key));

    /// <summary>What the options classes hold, looked at in another way than the page does: by what happens to be written in their files.</summary>
    [Theory]
    [InlineData("src/TokenFactory.Console/Hosting/TokenFactoryOptions.cs")]
    [InlineData("src/TokenFactory.Console/Access/AccessOptions.cs")]
    [InlineData("src/TokenFactory.Console/Live/LiveOptions.cs")]
    [InlineData("src/TokenFactory.Console/Live/TelemetryOptions.cs")]
    [InlineData("src/TokenFactory.Api/ApiOptions.cs")]
    [InlineData("src/TokenFactory.Tenancy/Ledger/LedgerOptions.cs")]
    public void Options_OfEveryClass_AreListed(string file)
    {
        string source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, file));
        HashSet<string> listed = [.. Read("{}").SelectMany(setting => setting.Key.Split(':'))];

        string[] names = [.. Property().Matches(source).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, listed));
    }

    [Fact]
    public void Sections_ThatSourcesRead_AreListed()
    {
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/Settings/", StringComparison.Ordinal)).Select(File.ReadAllText)];

        string[] sections = [.. sources.SelectMany(source => Section().Matches(source)).Select(match => match.Groups[1].Value)];

        Assert.Contains("TokenFactory:SignIn", sections);
        Assert.Empty(sections.Except(SettingSection.All.Select(section => section.Path)));
        Assert.DoesNotContain(sources, source => source.Contains("onfiguration[\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Source_OfAFileTheEnvironmentAndAFlag_IsNamedAndTheLastOneHolds()
    {
        Environment.SetEnvironmentVariable("Live__TotalsShown", "7");
        try
        {
            IReadOnlyList<Setting> settings = Read(
                """{"Live": {"TotalsShown": 9, "TimeZone": "Europe/Berlin"}, "TokenFactory": {"DataFolder": "elsewhere"}}""", "--TokenFactory:DataFolder=here");

            Assert.Equal(("7", "50", "environment variable Live__TotalsShown"), Shown(settings, "Live:TotalsShown"));
            Assert.Equal(("Europe/Berlin", "UTC", "appsettings.json"), Shown(settings, "Live:TimeZone"));
            Assert.Equal(("here", "data", "command line --data"), Shown(settings, "TokenFactory:DataFolder"));
            Assert.Equal(("0:00:00.5", "0:00:00.5", "default"), Shown(settings, "Live:QueueInterval"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("Live__TotalsShown", null);
        }
    }

    [Fact]
    public void Secrets_OfEveryKind_AreNeverRead()
    {
        const string Secret = "hunter2hunter2";
        IReadOnlyList<Setting> settings = Read(
            $$"""
            {"TokenFactory": {
              "Database": "Host=db;Username=tf;Password={{Secret}}",
              "Bootstrap": {"AdminKey": "{{Secret}}", "ApiKey": "{{Secret}}"},
              "SignIn": {"AdminPassword": "{{Secret}}", "OpenIdConnect": {"ClientSecret": "{{Secret}}", "ClientId": "console"} } },
             "Kestrel": {"Certificates": {"Default": {"Path": "tf.pfx", "Password": "{{Secret}}"} } } }
            """);

        Assert.Equal(5, settings.Count(setting => setting.Value == Secrets.Hidden));
        Assert.DoesNotContain(settings, setting => $"{setting}".Contains(Secret, StringComparison.Ordinal));
        Assert.Equal("host=db;username=tf;password=***", Shown(settings, "TokenFactory:Database").Value, ignoreCase: true);
        Assert.Equal("console", Shown(settings, "TokenFactory:SignIn:OpenIdConnect:ClientId").Value);
    }

    [Fact]
    public void Lists_WithAndWithoutEntries_AreShownEntryByEntry()
    {
        IReadOnlyList<Setting> settings = Read("""{"TokenFactory": {"Models": [{"Path": "a"}, {"Path": "b", "MaxContext": 64}], "SignIn": {"OpenIdConnect": {"Roles": {"ops": "operator"}}}}}""");

        Assert.Equal("b", Shown(settings, "TokenFactory:Models:1:Path").Value);
        Assert.Equal(("64", "not set", "appsettings.json"), Shown(settings, "TokenFactory:Models:1:MaxContext"));
        Assert.Equal("not set", Shown(settings, "TokenFactory:ModelArguments:#:Name").Value);
        Assert.Equal("operator", Shown(settings, "TokenFactory:SignIn:OpenIdConnect:Roles:ops").Value);
    }

    [Fact]
    public void Value_WrittenAfterTheStart_WaitsForARestart()
    {
        IConfigurationRoot configuration = SettingsFixture.Configure("""{"Live": {"TotalsShown": 9}}""");
        using ServiceProvider services = Services(configuration);
        SettingsReader reader = new(configuration, services);
        Assert.DoesNotContain(reader.Read(), setting => setting.IsPending);

        configuration["Live:TotalsShown"] = "10";

        Assert.Equal("Live:TotalsShown", Assert.Single(reader.Read(), setting => setting.IsPending).Key);
    }

    [Theory]
    [InlineData("""{"TokenFactory": {"Modles": [{"Path": "secret"}]}}""", "TokenFactory:Modles:0:Path", "TokenFactory:Models:0:Path")]
    [InlineData("""{"TokenFactory": {"Models": [{"Pth": "secret"}]}}""", "TokenFactory:Models:0:Pth", "TokenFactory:Models:0:Path")]
    [InlineData("""{"TokenFactry": {"DataFolder": "secret"}}""", "TokenFactry:DataFolder", "TokenFactory:DataFolder")]
    [InlineData("""{"TokenFactory": {"SingIn": {"Session": "secret"}}}""", "TokenFactory:SingIn:Session", "TokenFactory:SignIn:Session")]
    [InlineData("""{"Live": {"Colour": "secret"}}""", "Live:Colour", null)]
    [InlineData("""{"Live": {"TimeZone": {"Name": "secret"}}}""", "Live:TimeZone:Name", null)]
    public void Key_ThatNothingReads_IsReportedWithWhatMayBeMeant(string json, string key, string? meant)
    {
        UnknownKey unknown = Assert.Single(UnknownKeys.Find(SettingsFixture.Configure(json)));

        Assert.Equal((key, "appsettings.json", meant), (unknown.Key, unknown.Source, unknown.Meant));
        Assert.DoesNotContain("secret", $"{unknown}", StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_OfTheDeliveredFiles_AreAllRead()
    {
        foreach (string file in Directory.EnumerateFiles(SharedData.RepositoryRoot, "appsettings*.json"))
        {
            Assert.Empty(UnknownKeys.Find(SettingsFixture.Configure(File.ReadAllText(file))));
        }
    }

    private static (string Value, string Default, string Source) Shown(IReadOnlyList<Setting> settings, string key)
    {
        Setting setting = settings.Single(one => one.Key == key);
        return (setting.Value, setting.Default, setting.Source);
    }

    private static IReadOnlyList<Setting> Read(string json, params string[] arguments)
    {
        IConfigurationRoot configuration = SettingsFixture.Configure(json, arguments);
        using ServiceProvider services = Services(configuration);
        return new SettingsReader(configuration, services).Read();
    }

    private static ServiceProvider Services(IConfiguration configuration) => new ServiceCollection().AddOptionsFrom(configuration).BuildServiceProvider();

    [GeneratedRegex(@"public [\w<>?,\[\]. ]+ (\w+) \{ get; (?:set; )?\}")]
    private static partial Regex Property();

    [GeneratedRegex("const string Section = \"([^\"]+)\"")]
    private static partial Regex Section();
}
