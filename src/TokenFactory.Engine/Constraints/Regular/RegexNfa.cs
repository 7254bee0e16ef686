using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>A regular expression as a nondeterministic automaton over code points (Thompson 1968), with anchors as edges.</summary>
internal sealed class RegexNfa
{
    private readonly CompileBudget _budget;
    private readonly List<List<Edge>> _edges = [];

    private RegexNfa(CompileBudget budget)
    {
        _budget = budget;
        Start = AddState();
        Accept = AddState();
    }

    public int Start { get; }

    public int Accept { get; }

    public int StateCount => _edges.Count;

    /// <summary>The automaton of an expression.</summary>
    /// <param name="expression">One without references.</param>
    /// <param name="isSearch">Whether it may match anywhere in a text, as <c>pattern</c> does, or must match all of it.</param>
    /// <param name="budget">Counts states.</param>
    public static RegexNfa Build(Expression expression, bool isSearch, CompileBudget budget)
    {
        RegexNfa nfa = new(budget);
        if (isSearch)
        {
            nfa.Add(nfa.Start, CodePointSet.All, nfa.Start);
            nfa.Add(nfa.Accept, CodePointSet.All, nfa.Accept);
        }
        nfa.Add(expression, nfa.Start, nfa.Accept);
        return nfa;
    }

    public IReadOnlyList<Edge> EdgesOf(int state) => _edges[state];

    private void Add(Expression expression, int from, int to)
    {
        switch (expression)
        {
            case Expression.Characters characters:
                Add(from, characters.Set, to);
                break;
            case Expression.Sequence sequence:
                AddSequence(sequence.Items, from, to);
                break;
            case Expression.Choice choice:
                foreach (Expression item in choice.Items)
                    Add(item, from, to);
                break;
            case Expression.Repeat repeat:
                AddRepeat(repeat, from, to);
                break;
            case Expression.AtStart:
                Add(from, EdgeKind.AtStart, to);
                break;
            case Expression.AtEnd:
                Add(from, EdgeKind.AtEnd, to);
                break;
            default:
                throw new ArgumentException($"{expression.GetType().Name} is not regular.", nameof(expression));
        }
    }

    private void AddSequence(IReadOnlyList<Expression> items, int from, int to)
    {
        foreach (Expression item in items)
        {
            int next = AddState();
            Add(item, from, next);
            from = next;
        }
        Add(from, EdgeKind.Free, to);
    }

    private void AddRepeat(Expression.Repeat repeat, int from, int to)
    {
        for (int i = 0; i < repeat.Least; i++)
        {
            int next = AddState();
            Add(repeat.Item, from, next);
            from = next;
        }
        if (repeat.Most is null)
        {
            int loop = AddState();
            int body = AddState();
            Add(from, EdgeKind.Free, loop);
            Add(loop, EdgeKind.Free, body);
            Add(repeat.Item, body, loop);
            from = loop;
        }
        for (int i = repeat.Least; i < repeat.Most; i++)
        {
            int next = AddState();
            Add(from, EdgeKind.Free, to);
            Add(repeat.Item, from, next);
            from = next;
        }
        Add(from, EdgeKind.Free, to);
    }

    private int AddState()
    {
        _budget.Spend(1);
        _edges.Add([]);
        return _edges.Count - 1;
    }

    private void Add(int from, CodePointSet set, int to) => Add(from, new Edge(EdgeKind.Characters, set, to));

    private void Add(int from, EdgeKind kind, int to) => Add(from, new Edge(kind, CodePointSet.Empty, to));

    private void Add(int from, Edge edge)
    {
        _budget.Spend(1);
        _edges[from].Add(edge);
    }

    internal enum EdgeKind : byte
    {
        Characters,
        Free,
        AtStart,
        AtEnd,
    }

    /// <param name="Kind">What it takes to pass.</param>
    /// <param name="Set">The code points to read, for an edge that reads one.</param>
    /// <param name="To">The state it leads to.</param>
    internal readonly record struct Edge(EdgeKind Kind, CodePointSet Set, int To);
}
