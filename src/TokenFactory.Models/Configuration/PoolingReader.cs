using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>
/// Reads how a folder in the layout of sentence-transformers makes a vector of hidden states: <c>modules.json</c> names the steps, and
/// the pooling's own <c>config.json</c> its mode. Only the last token's state is computed here.
/// </summary>
internal static class PoolingReader
{
    private const string Modules = "modules.json";
    private const string UsualPlace = "1_Pooling";
    private const string ModePrefix = "pooling_mode_";
    private const string LastToken = "lasttoken";

    // What sentence-transformers takes where its file names no mode.
    private const string DefaultMode = "mean_tokens";

    /// <summary>Why the folder asks for other vectors than are computed here, in words; null where it asks for these, or says nothing.</summary>
    /// <exception cref="ModelFormatException">A file is damaged.</exception>
    public static string? FindProblem(string folder)
    {
        string file = Path.Combine(folder, Modules);
        string place = UsualPlace;
        if (File.Exists(file))
        {
            foreach (ConfigSection module in ConfigSection.LoadList(file))
            {
                string type = module.StringOrNull("type") ?? throw module.Wrong("type", "is missing; expected a string");
                string kind = type[(type.LastIndexOf('.') + 1)..];
                if (kind is not ("Transformer" or "Pooling" or "Normalize"))
                {
                    return $"{Modules} asks for a step {kind} after the model, which is not computed here";
                }
                place = kind == "Pooling" ? module.StringOrNull("path") ?? place : place;
            }
        }
        // The name alone, so that no file outside the folder is read.
        string pooling = Path.Combine(folder, Path.GetFileName(place), "config.json");
        return File.Exists(pooling) ? FindProblem(ConfigSection.Load(pooling), Path.GetFileName(place)) : null;
    }

    private static string? FindProblem(ConfigSection pooling, string place)
    {
        ImmutableArray<string> modes = ModesOf(pooling);
        return modes is [LastToken]
            ? null
            : $"{place}/config.json asks for pooling by {string.Join(" and ", modes)}; only {LastToken} is computed here";
    }

    private static ImmutableArray<string> ModesOf(ConfigSection pooling)
    {
        if (pooling.StringOrNull("pooling_mode") is { } mode)
        {
            return [mode];
        }
        ImmutableArray<string> modes =
        [
            .. pooling.Names().Where(name => name.StartsWith(ModePrefix, StringComparison.Ordinal) && pooling.Bool(name, false)).Select(name => name[ModePrefix.Length..]),
        ];
        return modes.IsEmpty ? [DefaultMode] : modes;
    }
}
