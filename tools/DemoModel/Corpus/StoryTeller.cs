namespace TokenFactory.DemoModel.Corpus;

/// <summary>Turns stories into exchanges: someone asks for one, it is told, and questions about it follow.</summary>
internal sealed class StoryTeller
{
    private readonly Grammar _grammar;
    private readonly StoryWriter _writer;
    private readonly Topic _asks;

    public StoryTeller(Grammar grammar, StoryWriter writer)
    {
        _grammar = grammar;
        _writer = writer;
        _asks = Topic.Read("stories/asks.txt").Single();
    }

    /// <summary>Adds a request and a story that keeps to it.</summary>
    public Story Tell(List<Turn> turns, Random random) => Tell(turns, "ask", random);

    /// <summary>Adds a question about <paramref name="story"/>, or asks for another; returns the story now told.</summary>
    public Story FollowUp(List<Turn> turns, Story story, Random random)
    {
        double choice = random.NextDouble();
        if (choice < 0.45)
            return Tell(turns, "another", random);
        string part = choice < 0.6 ? "name" : choice < 0.75 ? "friend" : choice < 0.87 ? "moral" : "praise";
        var slots = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kind"] = story.Kind,
            ["name"] = story.Name,
            ["fkind"] = story.FriendKind,
            ["fname"] = story.FriendName,
            ["moral"] = _writer.Moral(story.Theme, random),
        };
        Add(turns, part, "re" + part, slots, random);
        return story;
    }

    private Story Tell(List<Turn> turns, string part, Random random)
    {
        double choice = random.NextDouble();
        string which = choice < 0.6 ? " kind" : choice < 0.72 ? " named" : choice < 0.84 ? "" : " theme";
        Story story = _writer.Write(Wish(which, random), random);
        var slots = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["kind"] = story.Kind,
            ["name"] = story.Name,
            ["theme"] = story.Theme,
        };
        string question = Typist.Type(Expand(part + which, slots, random), random);
        string lead = random.Next(4) == 0 ? Expand("lead", slots, random) + " " : "";
        turns.Add(new Turn(Turn.User, question));
        turns.Add(new Turn(Turn.Assistant, Grammar.Sentences(lead + story.Text)));
        return story;
    }

    private StoryWish Wish(string which, Random random) => which switch
    {
        " kind" => new StoryWish(Kind: _grammar.Pick(random.Next(4) == 0 ? "rarekind" : "kind", random)),
        " named" => new StoryWish(Kind: _grammar.Pick("kind", random), Name: _grammar.Pick(random.Next(2) == 0 ? "female" : "male", random)),
        " theme" => new StoryWish(Theme: _writer.Themes.ElementAt(random.Next(_writer.Themes.Count()))),
        _ => new StoryWish(),
    };

    private void Add(List<Turn> turns, string ask, string answer, Dictionary<string, string> slots, Random random)
    {
        turns.Add(new Turn(Turn.User, Typist.Type(Expand(ask, slots, random), random)));
        turns.Add(new Turn(Turn.Assistant, Grammar.Sentences(Expand(answer, slots, random))));
    }

    private string Expand(string part, Dictionary<string, string> slots, Random random)
    {
        IReadOnlyList<string> lines = _asks.Part(part);
        return _grammar.Expand(lines[random.Next(lines.Count)], random, slots);
    }
}
