namespace TokenFactory.DemoModel.Corpus;

/// <summary>
/// Writes conversations of one to seven exchanges: topics, questions that follow them up ("tell me more", "and on a CPU?"),
/// stories and small talk, sometimes under a system message.
/// </summary>
internal sealed class ConversationWriter
{
    private const double GoOn = 0.62;
    private const int MostExchanges = 7;

    private readonly Grammar _grammar;
    private readonly StoryTeller _stories;
    private readonly List<(double Share, List<Topic> Topics)> _groups = [];
    private readonly Dictionary<string, Topic> _followUps;
    private readonly List<Topic> _closings;

    public ConversationWriter(Grammar grammar, StoryTeller stories)
    {
        _grammar = grammar;
        _stories = stories;
        AddGroup(0.52, "topics/console.txt", "topics/engine.txt", "topics/serving.txt", "topics/tenancy.txt");
        AddGroup(0.22, "topics/self.txt", "topics/smalltalk.txt");
        AddGroup(0.14, "topics/outside.txt");
        _closings = [.. Topic.Read("topics/closing.txt")];
        _followUps = Topic.Read("topics/followups.txt").ToDictionary(topic => topic.Name, StringComparer.Ordinal);
    }

    /// <summary>Every topic that has an answer.</summary>
    public IEnumerable<Topic> Topics => _groups.SelectMany(group => group.Topics).Concat(_closings);

    public Document Write(Random random)
    {
        var turns = new List<Turn>();
        if (random.NextDouble() < 0.25)
            turns.Add(new Turn(Turn.System, _grammar.Expand("[system]", random)));
        Thread? thread = null;
        for (int i = 0; i < MostExchanges; i++)
        {
            thread = Continue(turns, thread, random);
            if (random.NextDouble() > GoOn)
                break;
        }
        return Document.Chat(turns);
    }

    private void AddGroup(double share, params string[] files) => _groups.Add((share, [.. files.SelectMany(Topic.Read)]));

    /// <summary>Adds one exchange: a follow-up of the thread where there is one to make, else something new.</summary>
    private Thread? Continue(List<Turn> turns, Thread? thread, Random random)
    {
        double choice = random.NextDouble();
        if (thread?.Story is { } story && choice < 0.55)
            return new Thread(null, _stories.FollowUp(turns, story, random), []);
        if (thread?.Topic is not null && choice < 0.55 && TryFollowUp(turns, thread, random))
            return thread;
        if (thread is not null && choice < 0.68)
        {
            Exchange(turns, _closings[random.Next(_closings.Count)], random);
            return thread;
        }
        return StartNew(turns, random);
    }

    private Thread StartNew(List<Turn> turns, Random random)
    {
        double choice = random.NextDouble();
        foreach ((double share, List<Topic> topics) in _groups)
        {
            if (choice < share)
            {
                Topic topic = topics[random.Next(topics.Count)];
                Exchange(turns, topic, random);
                return new Thread(topic, null, []);
            }
            choice -= share;
        }
        return new Thread(null, _stories.Tell(turns, random), []);
    }

    private void Exchange(List<Turn> turns, Topic topic, Random random)
    {
        string question = Choose(topic.Part("ask"), random);
        if (turns.Count == 0 && random.NextDouble() < 0.06)
            question = "{hi|hello|hey}{,|!|, there.} " + question;
        Say(turns, question, Choose(topic.Part("answer"), random), random);
    }

    /// <summary>Asks further about the thread's topic; false where the topic has nothing for the chosen question.</summary>
    private bool TryFollowUp(List<Turn> turns, Thread thread, Random random)
    {
        Topic topic = thread.Topic!;
        List<string> kinds = [.. _followUps.Keys.Where(kind => topic.Part(kind).Count > 0 && kind != "end").Order(StringComparer.Ordinal)];
        if (kinds.Count == 0)
            return false;
        string kind = random.Next(2) == 0 && kinds.Contains("more") ? "more" : kinds[random.Next(kinds.Count)];
        string? answer = topic.Part(kind).FirstOrDefault(line => !thread.Said.Contains(line));
        if (answer is not null)
            thread.Said.Add(answer);
        else
            answer = Choose(_followUps["end"].Part("answer"), random);
        var slots = new Dictionary<string, string>(StringComparer.Ordinal) { ["noun"] = topic.Noun };
        Say(turns, Choose(_followUps[kind].Part("ask"), random), answer, random, slots);
        return true;
    }

    private void Say(
        List<Turn> turns, string question, string answer, Random random, IReadOnlyDictionary<string, string>? slots = null)
    {
        turns.Add(new Turn(Turn.User, Typist.Type(_grammar.Expand(question, random, slots), random)));
        turns.Add(new Turn(Turn.Assistant, Grammar.Sentences(_grammar.Expand(answer, random, slots))));
    }

    private static string Choose(IReadOnlyList<string> lines, Random random) => lines[random.Next(lines.Count)];

    /// <summary>What the conversation is about at the moment, and which of the topic's additions were given.</summary>
    private sealed record Thread(Topic? Topic, Story? Story, HashSet<string> Said);
}
