namespace TokenFactory.DemoModel.Corpus;

/// <summary>What a reader may ask of a story; null leaves the choice to the writer.</summary>
internal sealed record StoryWish(string? Kind = null, string? Name = null, string? Theme = null, string? Trait = null);

/// <summary>A written story and the facts that a later question may be about.</summary>
internal sealed record Story(string Text, string Kind, string Name, string FriendKind, string FriendName, string Theme);

/// <summary>
/// Writes short stories: an opening, one of the plots of stories/plots.txt, an ending that fits the plot's theme. One set of
/// slots serves a whole story, so names and pronouns agree.
/// </summary>
internal sealed class StoryWriter
{
    private readonly Grammar _grammar;
    private readonly List<(string Theme, List<string> Lines)> _plots = [];
    private readonly Dictionary<string, List<string>> _frames = new(StringComparer.Ordinal);

    public StoryWriter(Grammar grammar)
    {
        _grammar = grammar;
        foreach (string line in CorpusText.Lines("stories/plots.txt"))
        {
            if (line[0] == '=')
                _plots.Add((line[1..].Trim(), []));
            else
                _plots[^1].Lines.Add(line);
        }
        foreach (string line in CorpusText.Lines("stories/frames.txt"))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (!_frames.TryGetValue(line[..colon], out List<string>? lines))
                _frames[line[..colon]] = lines = [];
            lines.Add(line[(colon + 2)..]);
        }
    }

    /// <summary>The themes that a wish may name.</summary>
    public IEnumerable<string> Themes => _plots.Select(plot => plot.Theme).Distinct();

    /// <summary>The sentence that says what stories of <paramref name="theme"/> teach.</summary>
    public string Moral(string theme, Random random) => _grammar.Expand(Frame("moral " + theme, random), random);

    public Story Write(StoryWish wish, Random random)
    {
        var fitting = _plots.Where(plot => wish.Theme is null || plot.Theme == wish.Theme).ToList();
        (string theme, List<string> lines) = fitting[random.Next(fitting.Count)];
        Dictionary<string, string> slots = Cast(wish, random);
        var sentences = new List<string> { Frame(random.Next(6) == 0 ? "opening plain" : "opening", random) };
        if (random.NextDouble() < 0.6)
            sentences.Add(Frame("habit", random));
        foreach (string line in lines)
        {
            if (line[0] != '?' || random.Next(2) == 0)
                sentences.Add(line.TrimStart('?').Trim());
        }
        sentences.Add(Frame("ending " + theme, random));
        string text = string.Join(' ', sentences.Select(sentence => Grammar.Sentences(_grammar.Expand(sentence, random, slots))));
        return new Story(text, slots["kind"], slots["name"], slots["fkind"], slots["fname"], theme);
    }

    private string Frame(string name, Random random)
    {
        List<string> lines = _frames[name];
        return lines[random.Next(lines.Count)];
    }

    /// <summary>Chooses the hero and the friend, and the words that must stay the same through the story.</summary>
    private Dictionary<string, string> Cast(StoryWish wish, Random random)
    {
        string kind = wish.Kind ?? _grammar.Pick("kind", random);
        string friendKind = Other("kind", kind, random);
        var slots = new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = kind, ["fkind"] = friendKind };
        bool female = wish.Name is null ? IsFemale(kind, random) : _grammar.Has("female", wish.Name);
        bool friendFemale = IsFemale(friendKind, random);
        AddPronouns(slots, "", female);
        AddPronouns(slots, "f", friendFemale);
        slots["name"] = wish.Name ?? _grammar.Pick(female ? "female" : "male", random);
        slots["fname"] = Other(friendFemale ? "female" : "male", slots["name"], random);
        slots["trait"] = wish.Trait ?? _grammar.Pick("trait", random);
        foreach (string list in (string[])["place", "thing", "food", "season"])
            slots[list] = _grammar.Pick(list, random);
        return slots;
    }

    private string Other(string list, string taken, Random random)
    {
        string word;
        do
        {
            word = _grammar.Pick(list, random);
        } while (word == taken);
        return word;
    }

    private static bool IsFemale(string kind, Random random) => kind switch
    {
        "girl" or "queen" or "princess" or "old woman" or "hen" or "witch" or "grandmother" => true,
        "boy" or "king" or "prince" or "old man" or "wizard" or "knight" => false,
        _ => random.Next(2) == 0,
    };

    private static void AddPronouns(Dictionary<string, string> slots, string prefix, bool female)
    {
        slots[prefix + "he"] = female ? "she" : "he";
        slots[prefix + "him"] = female ? "her" : "him";
        slots[prefix + "his"] = female ? "her" : "his";
        slots[prefix + "himself"] = female ? "herself" : "himself";
    }
}
