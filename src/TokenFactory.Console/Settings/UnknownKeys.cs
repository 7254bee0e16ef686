using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Json;

namespace TokenFactory.Web.Settings;

/// <summary>A key in the configuration that nothing reads. Its value is not kept: it may be a secret under a mistyped name.</summary>
/// <param name="Key">The key.</param>
/// <param name="Source">Where it is set.</param>
/// <param name="Meant">A key that differs by a letter or two; null where none does.</param>
internal sealed record UnknownKey(string Key, string Source, string? Meant);

/// <summary>Finds typing errors in the configuration.</summary>
internal static class UnknownKeys
{
    private const int MostDifferences = 2;

    /// <summary>
    /// Everything in files and on the command line is meant for this product; of the environment only what begins with the name of one
    /// of its sections is.
    /// </summary>
    public static IReadOnlyList<UnknownKey> Find(IConfiguration configuration)
    {
        string[] own = [.. SettingSection.All.Select(section => section.Path.Split(':')[0]).Distinct()];
        return
        [
            .. SettingSource.Providers(configuration)
                .SelectMany(provider => Leaves(provider, null, provider is JsonConfigurationProvider or CommandLineConfigurationProvider ? null : own)
                    .Select(key => (Key: key, Provider: provider)))
                .GroupBy(found => found.Key, StringComparer.OrdinalIgnoreCase)
                .Where(found => !IsKnown(found.Key, out _))
                .Select(found => new UnknownKey(found.Key, SettingSource.Describe(found.Last().Provider, found.Key), FindMeant(found.Key))),
        ];
    }

    private static IEnumerable<string> Leaves(IConfigurationProvider provider, string? parent, string[]? only)
    {
        foreach (string name in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (parent is null && only?.Contains(name, StringComparer.OrdinalIgnoreCase) == false)
            {
                continue;
            }
            string key = parent is null ? name : $"{parent}:{name}";
            string[] below = [.. Leaves(provider, key, only)];
            foreach (string leaf in below.Length == 0 ? [key] : below)
            {
                yield return leaf;
            }
        }
    }

    private static bool IsKnown(string key, out IReadOnlyList<string> siblings)
    {
        siblings = [];
        if (HostSetting.Knows(key) || SettingSection.All.Any(section => section.Path.StartsWith(key, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }
        return SettingSection.Find(key) is { } section && OptionShape.TypeAt(section.Options, key[(section.Path.Length + 1)..].Split(':'), out siblings) is not null;
    }

    /// <summary>The key with its first wrong part replaced by the nearest of what could have stood there.</summary>
    private static string? FindMeant(string key)
    {
        string[] parts = key.Split(':');
        for (int i = 0; i < parts.Length; i++)
        {
            string before = string.Concat(parts[..i].Select(part => part + ':'));
            string[] possible = [.. Possible(before).OrderBy(name => Differences(parts[i], name))];
            if (possible.Contains(parts[i], StringComparer.OrdinalIgnoreCase) || possible.Length == 0)
            {
                continue;
            }
            return Differences(parts[i], possible[0]) <= MostDifferences ? $"{before}{string.Join(':', parts[(i + 1)..].Prepend(possible[0]))}" : null;
        }
        return null;
    }

    /// <summary>What may stand after <paramref name="before"/>, which is empty or ends with a colon.</summary>
    private static IEnumerable<string> Possible(string before)
    {
        IEnumerable<string> sections = SettingSection.All.Where(section => section.Path.StartsWith(before, StringComparison.OrdinalIgnoreCase))
            .Select(section => section.Path[before.Length..].Split(':')[0]);
        if (before.Length == 0)
        {
            return sections.Concat(HostSetting.All.Select(setting => setting.Key)).Distinct();
        }
        // A name that cannot exist makes the shape say what can.
        return IsKnown(before + '\0', out IReadOnlyList<string> siblings) ? sections : sections.Concat(siblings).Distinct();
    }

    /// <summary>How many letters have to be changed, added or left out (Levenshtein's distance), upper and lower case being the same.</summary>
    private static int Differences(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int changed = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.Length];
    }
}
