using System.Reflection;

namespace TokenFactory.DemoModel.Corpus;

/// <summary>The text files that are built into the program, read by their path below <c>Corpus/Text</c>.</summary>
internal static class CorpusText
{
    /// <summary>The non-empty lines of a text file, trimmed; lines that start with '#' are remarks.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"the program has no built-in text {name}");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            line = line.Trim();
            if (line.Length > 0 && line[0] != '#')
                yield return line;
        }
    }

    /// <summary>The names of the text files in a folder, in ordinal order, so that a seed gives the same corpus everywhere.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Select(name => name.Replace('\\', '/'))
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>The word lists of lists.txt: <c>name: entry; entry; entry</c>.</summary>
    public static IReadOnlyDictionary<string, string[]> Lists()
    {
        var lists = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (string line in Lines("lists.txt"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string[] entries = line[(colon + 1)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            string name = line[..colon];
            lists[name] = lists.TryGetValue(name, out string[]? before) ? [.. before, .. entries] : entries;
        }
        return lists;
    }
}
