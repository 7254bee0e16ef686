namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// Orders rules so that one comes before those that it can begin with. There is no such order under left recursion, which is refused:
/// the stack would grow without a byte being read.
/// </summary>
internal static class CallOrder
{
    /// <summary>Each rule's place in the order.</summary>
    /// <exception cref="ConstraintException">A rule can begin with itself.</exception>
    public static int[] Find(Grammar grammar, RuleAutomaton[] automata)
    {
        int[] places = new int[automata.Length];
        Mark[] marks = new Mark[automata.Length];
        int place = automata.Length;
        Stack<(int Rule, int Call)> path = new();
        for (int root = 0; root < automata.Length; root++)
        {
            if (marks[root] != Mark.New)
                continue;
            marks[root] = Mark.Open;
            path.Push((root, 0));
            while (path.TryPop(out (int Rule, int Call) top))
            {
                List<RuleAutomaton.Call> calls = automata[top.Rule].States[0].Calls;
                if (top.Call == calls.Count)
                {
                    marks[top.Rule] = Mark.Done;
                    places[top.Rule] = --place;
                    continue;
                }
                path.Push((top.Rule, top.Call + 1));
                int next = calls[top.Call].Rule;
                if (marks[next] == Mark.Open)
                    throw new ConstraintException(grammar.Name(next), "it can begin with itself (left recursion); write it with a repetition or with the recursion last");
                if (marks[next] == Mark.New)
                {
                    marks[next] = Mark.Open;
                    path.Push((next, 0));
                }
            }
        }
        return places;
    }

    private enum Mark : byte
    {
        New,
        Open,
        Done,
    }
}
