using System.Text;

namespace TokenFactory.Engine.Tests.Constraints;

/// <summary>
/// A random grammar that prints itself as EBNF and matches texts by itself, by sets of end positions: the reference for the compiled one.
/// Rules mention each other only behind a letter, so that none is left recursive.
/// </summary>
internal sealed class RandomGrammar
{
    private const int Rules = 3;

    private readonly Random _random;
    private readonly Node[] _bodies = new Node[Rules];

    public RandomGrammar(int seed)
    {
        _random = new Random(seed);
        for (int rule = 0; rule < Rules; rule++)
            _bodies[rule] = new Choice([MakeSequence(depth: 2), MakeSequence(depth: 1), new Letter(_random.Next(3))]);
    }

    public string Source => string.Join('\n', _bodies.Select((body, rule) => $"{Name(rule)} ::= {body}"));

    /// <summary>Texts that match, found by following the grammar at random, and such texts with a letter changed.</summary>
    public IEnumerable<string> Texts(int count)
    {
        for (int i = 0; i < count; i++)
        {
            StringBuilder text = new();
            _bodies[0].Write(text, this, 0);
            yield return text.ToString();
            if (text.Length > 0)
                text[_random.Next(text.Length)] = "abé"[_random.Next(3)];
            yield return text.ToString();
        }
    }

    public bool Matches(string text) => _bodies[0].Ends(text, 0, this).Contains(text.Length);

    private static string Name(int rule) => rule == 0 ? "root" : $"rule{rule}";

    private Sequence MakeSequence(int depth)
    {
        List<Node> items = [];
        bool isGuarded = false;
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            Node item = _random.Next(4) switch
            {
                0 when isGuarded => new Call(_random.Next(Rules)),
                1 when depth > 0 => new Choice([MakeSequence(depth - 1), MakeSequence(depth - 1)]),
                2 when depth > 0 => new Repeat(MakeSequence(depth - 1), _random.Next(2), _random.Next(2) == 0 ? 2 : null),
                _ => new Letter(_random.Next(3)),
            };
            isGuarded |= item is Letter;
            items.Add(item);
        }
        return new Sequence(items);
    }

    private abstract record Node
    {
        public abstract HashSet<int> Ends(string text, int start, RandomGrammar grammar);

        public abstract void Write(StringBuilder text, RandomGrammar grammar, int depth);
    }

    private sealed record Letter(int Index) : Node
    {
        public override HashSet<int> Ends(string text, int start, RandomGrammar grammar) => start < text.Length && text[start] == "abé"[Index] ? [start + 1] : [];

        public override void Write(StringBuilder text, RandomGrammar grammar, int depth) => text.Append("abé"[Index]);

        public override string ToString() => $"\"{"abé"[Index]}\"";
    }

    private sealed record Call(int Rule) : Node
    {
        public override HashSet<int> Ends(string text, int start, RandomGrammar grammar) => grammar._bodies[Rule].Ends(text, start, grammar);

        public override void Write(StringBuilder text, RandomGrammar grammar, int depth) => grammar._bodies[Rule].Write(text, grammar, depth + 1);

        public override string ToString() => Name(Rule);
    }

    private sealed record Sequence(List<Node> Items) : Node
    {
        public override HashSet<int> Ends(string text, int start, RandomGrammar grammar) =>
            Items.Aggregate(new HashSet<int> { start }, (starts, item) => [.. starts.SelectMany(from => item.Ends(text, from, grammar))]);

        public override void Write(StringBuilder text, RandomGrammar grammar, int depth) => Items.ForEach(item => item.Write(text, grammar, depth));

        public override string ToString() => string.Join(' ', Items);
    }

    private sealed record Choice(List<Node> Items) : Node
    {
        public override HashSet<int> Ends(string text, int start, RandomGrammar grammar) => [.. Items.SelectMany(item => item.Ends(text, start, grammar))];

        public override void Write(StringBuilder text, RandomGrammar grammar, int depth) =>
            (depth > 3 ? Items[^1] : Items[grammar._random.Next(Items.Count)]).Write(text, grammar, depth);

        public override string ToString() => $"({string.Join(" | ", Items)})";
    }

    private sealed record Repeat(Node Item, int Least, int? Most) : Node
    {
        public override HashSet<int> Ends(string text, int start, RandomGrammar grammar)
        {
            HashSet<int> ends = Least == 0 ? [start] : [];
            HashSet<int> seen = [start];
            HashSet<int> reached = [start];
            for (int times = 1; reached.Count > 0 && (Most is null || times <= Most); times++)
            {
                reached = [.. reached.SelectMany(from => Item.Ends(text, from, grammar))];
                ends.UnionWith(reached);
                if (Most is null)
                    reached.RemoveWhere(end => !seen.Add(end));
            }
            return ends;
        }

        public override void Write(StringBuilder text, RandomGrammar grammar, int depth)
        {
            for (int i = grammar._random.Next(Least, 3); i > 0; i--)
                Item.Write(text, grammar, depth);
        }

        public override string ToString() => $"({Item}){{{Least},{Most}}}";
    }
}
