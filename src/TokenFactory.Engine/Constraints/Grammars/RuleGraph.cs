namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// One rule of a grammar while it is built: a nondeterministic automaton whose edges read a range of bytes, match another rule, or are
/// free. It matches what leads from <see cref="Start"/> to <see cref="Accept"/>.
/// </summary>
internal sealed class RuleGraph(CompileBudget budget)
{
    private const int NoEdge = -1;

    private readonly List<int> _firstEdge = [NoEdge, NoEdge];
    private readonly List<Edge> _edges = [];

    public static int Start => 0;

    public static int Accept => 1;

    public int StateCount => _firstEdge.Count;

    public int AddState()
    {
        budget.Spend(1);
        _firstEdge.Add(NoEdge);
        return _firstEdge.Count - 1;
    }

    public void AddBytes(int from, byte low, byte high, int to) => Add(from, new Edge(EdgeKind.Bytes, low, high, 0, to, _firstEdge[from]));

    public void AddCall(int from, int rule, int to) => Add(from, new Edge(EdgeKind.Call, 0, 0, rule, to, _firstEdge[from]));

    public void AddFree(int from, int to)
    {
        if (from != to)
            Add(from, new Edge(EdgeKind.Free, 0, 0, 0, to, _firstEdge[from]));
    }

    /// <summary>Reads exactly these bytes; returns the state after them.</summary>
    public int AddLiteral(int from, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            int next = AddState();
            AddBytes(from, value, value, next);
            from = next;
        }
        return from;
    }

    /// <summary>Reads exactly these bytes on the way to a given state.</summary>
    public void AddLiteral(int from, ReadOnlySpan<byte> bytes, int to) => AddFree(AddLiteral(from, bytes), to);

    public EdgeEnumerator EdgesOf(int state) => new(_edges, _firstEdge[state]);

    private void Add(int from, Edge edge)
    {
        budget.Spend(1);
        _firstEdge[from] = _edges.Count;
        _edges.Add(edge);
    }

    internal enum EdgeKind : byte
    {
        Bytes,
        Call,
        Free,
    }

    /// <param name="Kind">What it takes to pass.</param>
    /// <param name="Low">Least byte, for an edge that reads one.</param>
    /// <param name="High">Greatest byte, inclusive.</param>
    /// <param name="Rule">The rule to match, for a call.</param>
    /// <param name="To">The state it leads to.</param>
    /// <param name="Next">The next edge of the same state, -1 at the end.</param>
    internal readonly record struct Edge(EdgeKind Kind, byte Low, byte High, int Rule, int To, int Next);

    internal struct EdgeEnumerator(List<Edge> edges, int first)
    {
        private int _next = first;

        public Edge Current { get; private set; }

        public readonly EdgeEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next == NoEdge)
                return false;
            Current = edges[_next];
            _next = Current.Next;
            return true;
        }
    }
}
