using System.Collections;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Settings;

/// <summary>Says where a value of the configuration comes from: of all that set it, the last one holds.</summary>
internal static class SettingSource
{
    // What the framework takes off the names of its own variables.
    private static readonly string[] Prefixes = ["", "ASPNETCORE_", "DOTNET_"];

    /// <summary>Where the value that holds was set, in words; null where nobody set it.</summary>
    public static string? Find(IConfiguration configuration, string key) =>
        Providers(configuration).LastOrDefault(provider => provider.TryGet(key, out _)) is { } last ? Describe(last, key) : null;

    /// <summary>Every provider, those of chained configurations too, in the order in which they override each other.</summary>
    public static IEnumerable<IConfigurationProvider> Providers(IConfiguration configuration) =>
        ((IConfigurationRoot)configuration).Providers.SelectMany(provider => provider switch
        {
            ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } => Providers(inner),
            _ => [provider],
        });

    /// <summary>A provider in words.</summary>
    public static string Describe(IConfigurationProvider provider, string key) => provider switch
    {
        JsonConfigurationProvider json => json.Source.Path ?? "a JSON file",
        EnvironmentVariablesConfigurationProvider => $"environment variable {FindVariable(key) ?? key}",
        CommandLineConfigurationProvider => CommandLine.FlagOf(key) is { } flag ? $"command line {flag}" : "command line",
        _ => "the host itself",
    };

    private static string? FindVariable(string key) =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .FirstOrDefault(name => Prefixes.Any(prefix => (prefix + key).Equals(name.Replace("__", ":", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)));
}
