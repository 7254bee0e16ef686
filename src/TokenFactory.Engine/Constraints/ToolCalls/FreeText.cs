using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.ToolCalls;

/// <summary>
/// Any bytes in which a mark does not stand: the automaton of Knuth, Morris and Pratt over the mark, whose states are how much of it was
/// read last. The text may end in each of them.
/// </summary>
internal static class FreeText
{
    /// <summary>Adds the text to a rule that may end with it; returns the state before it.</summary>
    /// <param name="graph">The rule.</param>
    /// <param name="mark">What does not stand in the text, not empty.</param>
    /// <param name="found">The state after the mark; null where the mark may not come.</param>
    /// <param name="except">Bytes that the text does not begin with.</param>
    public static int Add(RuleGraph graph, ReadOnlySpan<byte> mark, int? found, ReadOnlySpan<byte> except = default)
    {
        int[] states = new int[mark.Length];
        for (int read = 0; read < states.Length; read++)
        {
            states[read] = graph.AddState();
            graph.AddFree(states[read], RuleGraph.Accept);
        }
        for (int read = 0; read < states.Length; read++)
            AddEdges(graph, states[read], mark, read, states, found, []);
        if (except.IsEmpty)
            return states[0];
        int start = graph.AddState();
        AddEdges(graph, start, mark, 0, states, found, except);
        return start;
    }

    /// <summary>Adds what each byte leads to where so much of the mark was read, in ranges of the same target.</summary>
    private static void AddEdges(RuleGraph graph, int from, ReadOnlySpan<byte> mark, int read, int[] states, int? found, ReadOnlySpan<byte> except)
    {
        int low = 0;
        while (low < 256)
        {
            int? target = TargetOf(mark, read, (byte)low, states, found, except);
            int high = low;
            while (high < 255 && TargetOf(mark, read, (byte)(high + 1), states, found, except) == target)
                high++;
            if (target is { } to)
                graph.AddBytes(from, (byte)low, (byte)high, to);
            low = high + 1;
        }
    }

    private static int? TargetOf(ReadOnlySpan<byte> mark, int read, byte next, int[] states, int? found, ReadOnlySpan<byte> except)
    {
        if (except.Contains(next))
            return null;
        int matched = Matched(mark, read, next);
        return matched == mark.Length ? found : states[matched];
    }

    /// <summary>The longest beginning of the mark that a text ends with, which ended with so much of it before its last byte.</summary>
    private static int Matched(ReadOnlySpan<byte> mark, int read, byte next)
    {
        for (int length = read + 1; length > 0; length--)
        {
            if (mark[length - 1] == next && mark[(read + 1 - length)..read].SequenceEqual(mark[..(length - 1)]))
                return length;
        }
        return 0;
    }
}
