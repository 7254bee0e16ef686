namespace TokenFactory.DemoModel.Corpus;

/// <summary>One thing the model can talk about: how people ask for it, what it answers, and what it adds when asked further.</summary>
/// <param name="Name">A short identifier; its prefix before '/' is the topic's group.</param>
/// <param name="Noun">What a closing sentence calls the topic, for instance "the KV cache".</param>
/// <param name="Parts">Templates by part: <c>ask</c>, <c>answer</c>, and the follow-ups <c>more</c>, <c>why</c>, <c>cpu</c> and so on.</param>
internal sealed record Topic(string Name, string Noun, IReadOnlyDictionary<string, IReadOnlyList<string>> Parts)
{
    /// <summary>The templates of a part; empty where the topic has none.</summary>
    public IReadOnlyList<string> Part(string name) => Parts.TryGetValue(name, out IReadOnlyList<string>? lines) ? lines : [];

    /// <summary>Reads a file of topics: <c>= name | noun</c> opens one, each further line is <c>part: template</c>.</summary>
    public static IEnumerable<Topic> Read(string file)
    {
        string? name = null;
        string noun = "";
        Dictionary<string, IReadOnlyList<string>> parts = [];
        foreach (string line in CorpusText.Lines(file))
        {
            if (line[0] == '=')
            {
                if (name is not null)
                    yield return new Topic(name, noun, parts);
                string[] head = line[1..].Split('|', 2, StringSplitOptions.TrimEntries);
                name = head[0];
                noun = head.Length > 1 ? head[1] : head[0];
                parts = [];
                continue;
            }
            AddLine(parts, line, file);
        }
        if (name is not null)
            yield return new Topic(name, noun, parts);
    }

    private static void AddLine(Dictionary<string, IReadOnlyList<string>> parts, string line, string file)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon <= 0)
            throw new InvalidDataException($"{file}: expected 'part: template', found: {line}");
        string part = line[..colon];
        if (!parts.TryGetValue(part, out IReadOnlyList<string>? lines))
            parts[part] = lines = new List<string>();
        ((List<string>)lines).Add(line[(colon + 2)..]);
    }
}
