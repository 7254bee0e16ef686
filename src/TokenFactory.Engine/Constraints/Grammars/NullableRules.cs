namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>Which rules match the empty text: the least fixed point over free edges and calls of rules that do.</summary>
internal static class NullableRules
{
    public static bool[] Find(Grammar grammar)
    {
        bool[] nullable = new bool[grammar.RuleCount];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int rule = nullable.Length - 1; rule >= 0; rule--)
            {
                if (!nullable[rule] && ReachesAccept(grammar, rule, nullable))
                {
                    nullable[rule] = true;
                    changed = true;
                }
            }
        }
        return nullable;
    }

    private static bool ReachesAccept(Grammar grammar, int rule, bool[] nullable)
    {
        RuleGraph graph = grammar.Graph(rule);
        HashSet<int> seen = [RuleGraph.Start];
        Stack<int> pending = new(seen);
        while (pending.TryPop(out int state))
        {
            grammar.Budget.Spend(1);
            if (state == RuleGraph.Accept)
                return true;
            foreach (RuleGraph.Edge edge in graph.EdgesOf(state))
            {
                bool isFree = edge.Kind == RuleGraph.EdgeKind.Free || (edge.Kind == RuleGraph.EdgeKind.Call && nullable[edge.Rule]);
                if (isFree && seen.Add(edge.To))
                    pending.Push(edge.To);
            }
        }
        return false;
    }
}
