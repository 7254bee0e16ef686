namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// What every front end gives: rules over bytes that may refer to each other, one of them the root. It matches a text where the root
/// matches all of its UTF-8.
/// </summary>
internal sealed class Grammar(CompileBudget budget)
{
    private readonly List<string> _names = [];
    private readonly List<RuleGraph> _graphs = [];

    public CompileBudget Budget { get; } = budget;

    public int Root { get; set; }

    /// <summary>What is put before the names of rules that are added, where they come from one of several sources.</summary>
    public string Prefix { get; set; } = "";

    public int RuleCount => _graphs.Count;

    /// <summary>Adds a rule that matches nothing yet.</summary>
    /// <param name="name">Where it comes from in the source, for messages.</param>
    public int AddRule(string name)
    {
        Budget.Spend(2);
        _names.Add(Prefix + name);
        _graphs.Add(new RuleGraph(Budget));
        return _graphs.Count - 1;
    }

    public RuleGraph Graph(int rule) => _graphs[rule];

    public string Name(int rule) => _names[rule];
}
