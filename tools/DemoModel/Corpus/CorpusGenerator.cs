namespace TokenFactory.DemoModel.Corpus;

/// <summary>Generates distinct documents from a seed: conversations, plain stories and plain notes about the console.</summary>
internal sealed class CorpusGenerator
{
    private const double StoryShare = 0.16;
    private const double NoteShare = 0.04;

    private readonly Grammar _grammar;
    private readonly StoryWriter _stories;
    private readonly ConversationWriter _conversations;
    private readonly Topic[] _notable;

    public CorpusGenerator()
    {
        _grammar = new Grammar(CorpusText.Lists());
        _stories = new StoryWriter(_grammar);
        _conversations = new ConversationWriter(_grammar, new StoryTeller(_grammar, _stories));
        _notable = [.. _conversations.Topics.Where(topic => topic.Part("more").Count > 0)];
    }

    /// <summary>An endless sequence of documents no two of which have the same text.</summary>
    public IEnumerable<Document> Generate(int seed)
    {
        var random = new Random(seed);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            Document document = Next(random);
            if (seen.Add(document.Text))
                yield return document;
        }
    }

    private Document Next(Random random)
    {
        double choice = random.NextDouble();
        if (choice < StoryShare)
            return Document.Prose(_stories.Write(new StoryWish(), random).Text);
        return choice < StoryShare + NoteShare ? Document.Prose(Note(random)) : _conversations.Write(random);
    }

    /// <summary>A paragraph on one topic: an answer and what the topic adds to it.</summary>
    private string Note(Random random)
    {
        Topic topic = _notable[random.Next(_notable.Length)];
        IReadOnlyList<string> answers = topic.Part("answer");
        string[] lines = [answers[random.Next(answers.Count)], .. topic.Part("more")];
        return Grammar.Sentences(string.Join(' ', lines.Select(line => _grammar.Expand(line, random))));
    }
}
