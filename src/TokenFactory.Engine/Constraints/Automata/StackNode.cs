namespace TokenFactory.Engine.Constraints.Automata;

/// <summary>
/// Who waits for a rule that began at one place in a text: states to go on from and the stacks below them. Rules that begin at the same
/// place share one node, so that ambiguity costs no more than the number of places (a graph-structured stack: Tomita 1986). Nodes are
/// interned: equal contents are the same object.
/// </summary>
internal sealed class StackNode
{
    private readonly Return[] _returns;
    private Configuration? _popped;

    private StackNode(long id, Return[] returns)
    {
        Id = id;
        _returns = returns;
    }

    /// <summary>Under the root rule, or under a rule looked at by itself: nobody waits.</summary>
    public static StackNode Bottom { get; } = new(0, []);

    public long Id { get; }

    public ReadOnlySpan<Return> Returns => _returns;

    /// <summary>The configuration right after the rule above this node has ended; set by the automaton on first need.</summary>
    public Configuration? Popped
    {
        get => Volatile.Read(ref _popped);
        set => Volatile.Write(ref _popped, value);
    }

    /// <summary>Orders and copies what it is given.</summary>
    public static StackNode Create(long id, IEnumerable<Return> returns) =>
        new(id, [.. returns.OrderBy(one => one.State).ThenBy(one => one.Below.Id)]);

    /// <param name="State">The state to go on from.</param>
    /// <param name="Below">The stack under it.</param>
    internal readonly record struct Return(int State, StackNode Below);

    /// <summary>Compares nodes by what waits in them.</summary>
    internal sealed class ContentComparer : IEqualityComparer<StackNode>
    {
        public static ContentComparer Instance { get; } = new();

        public bool Equals(StackNode? x, StackNode? y) => x!._returns.AsSpan().SequenceEqual(y!._returns);

        public int GetHashCode(StackNode node)
        {
            HashCode hash = default;
            foreach (Return one in node._returns)
            {
                hash.Add(one.State);
                hash.Add(one.Below.Id);
            }
            return hash.ToHashCode();
        }
    }
}
