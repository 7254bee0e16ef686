namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// Makes a rule deterministic by the subset construction, with calls as letters of their own: what alternatives have in common is
/// factored out, also where it is a call.
/// </summary>
internal sealed class Determinizer(RuleGraph graph, bool[] nullable, CompileBudget budget)
{
    private readonly Dictionary<int[], int> _ids = new(StateSetComparer.Instance);
    private readonly List<int[]> _sets = [];
    private readonly RuleAutomaton _automaton = new();
    private readonly List<RuleGraph.Edge> _edges = [];
    private readonly int[]?[] _closures = new int[graph.StateCount][];

    public RuleAutomaton Run()
    {
        IdOf([RuleGraph.Start]);
        for (int id = 0; id < _sets.Count; id++)
        {
            RuleAutomaton.State state = _automaton.States[id];
            state.IsFinal = _sets[id].AsSpan().BinarySearch(RuleGraph.Accept) >= 0;
            AddBytes(_sets[id], state);
            AddCalls(_sets[id], state);
        }
        return _automaton;
    }

    private void AddBytes(int[] set, RuleAutomaton.State state)
    {
        _edges.Clear();
        foreach (int member in set)
        {
            foreach (RuleGraph.Edge edge in graph.EdgesOf(member))
            {
                if (edge.Kind == RuleGraph.EdgeKind.Bytes)
                    _edges.Add(edge);
            }
        }
        if (_edges.Count > 1)
            _edges.Sort((x, y) => x.Low.CompareTo(y.Low));
        if (Overlap())
        {
            AddPieces(state);
            return;
        }
        budget.Spend(1 + _edges.Count);
        foreach (RuleGraph.Edge edge in _edges)
            Append(state.Bytes, edge.Low, edge.High, IdOf([edge.To]));
    }

    private bool Overlap()
    {
        for (int i = 1; i < _edges.Count; i++)
        {
            if (_edges[i].Low <= _edges[i - 1].High)
                return true;
        }
        return false;
    }

    /// <summary>Cuts ranges that overlap into pieces, each of which leads to all that its ranges lead to.</summary>
    private void AddPieces(RuleAutomaton.State state)
    {
        Span<bool> cuts = stackalloc bool[257];
        foreach (RuleGraph.Edge edge in _edges)
        {
            cuts[edge.Low] = true;
            cuts[edge.High + 1] = true;
        }
        int low = 0;
        while (low < 256)
        {
            int high = low;
            while (high < 255 && !cuts[high + 1])
                high++;
            List<int> targets = [];
            foreach (RuleGraph.Edge edge in _edges)
            {
                if (edge.Low <= low && edge.High >= high && !targets.Contains(edge.To))
                    targets.Add(edge.To);
            }
            budget.Spend(1 + targets.Count);
            if (targets.Count > 0)
                Append(state.Bytes, (byte)low, (byte)high, IdOf(targets));
            low = high + 1;
        }
    }

    private static void Append(List<RuleAutomaton.ByteRange> ranges, byte low, byte high, int to)
    {
        if (ranges.Count > 0 && ranges[^1].To == to && ranges[^1].High + 1 == low)
            ranges[^1] = ranges[^1] with { High = high };
        else
            ranges.Add(new RuleAutomaton.ByteRange(low, high, to));
    }

    private void AddCalls(int[] set, RuleAutomaton.State state)
    {
        Dictionary<int, List<int>>? targets = null;
        foreach (int member in set)
        {
            foreach (RuleGraph.Edge edge in graph.EdgesOf(member))
            {
                if (edge.Kind != RuleGraph.EdgeKind.Call)
                    continue;
                targets ??= [];
                if (!targets.TryGetValue(edge.Rule, out List<int>? states))
                    targets.Add(edge.Rule, states = []);
                states.Add(edge.To);
            }
        }
        if (targets is null)
            return;
        foreach ((int rule, List<int> states) in targets.OrderBy(pair => pair.Key))
            state.Calls.Add(new RuleAutomaton.Call(rule, IdOf(states)));
    }

    /// <summary>The state that stands for the closure of these states.</summary>
    private int IdOf(List<int> states)
    {
        int[] set = states.Count == 1 ? ClosureOf(states[0]) : [.. states.SelectMany(ClosureOf).Distinct().Order()];
        if (_ids.TryGetValue(set, out int id))
            return id;
        budget.Spend(1 + set.Length);
        id = _sets.Count;
        _ids.Add(set, id);
        _sets.Add(set);
        _automaton.States.Add(new RuleAutomaton.State());
        return id;
    }

    private int[] ClosureOf(int state) => _closures[state] ??= HasFreeEdges(state) ? FindClosure(state) : [state];

    private int[] FindClosure(int state)
    {
        SortedSet<int> seen = [state];
        Stack<int> pending = new(seen);
        while (pending.TryPop(out int next))
        {
            budget.Spend(1);
            foreach (RuleGraph.Edge edge in graph.EdgesOf(next))
            {
                if (IsFree(edge) && seen.Add(edge.To))
                    pending.Push(edge.To);
            }
        }
        return [.. seen];
    }

    private bool HasFreeEdges(int state)
    {
        foreach (RuleGraph.Edge edge in graph.EdgesOf(state))
        {
            if (IsFree(edge))
                return true;
        }
        return false;
    }

    private bool IsFree(RuleGraph.Edge edge) => edge.Kind == RuleGraph.EdgeKind.Free || (edge.Kind == RuleGraph.EdgeKind.Call && nullable[edge.Rule]);

    private sealed class StateSetComparer : IEqualityComparer<int[]>
    {
        public static StateSetComparer Instance { get; } = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] set)
        {
            HashCode hash = default;
            foreach (int state in set)
                hash.Add(state);
            return hash.ToHashCode();
        }
    }
}
