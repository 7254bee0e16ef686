namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// Removes what can never end: rules without a finite match, and states from which no final state is reached. Afterwards every state that a
/// text can lead to has a way to the end, so that a mask is never a trap.
/// </summary>
internal static class ProductiveRules
{
    /// <summary>Trims every automaton in place; whether each rule matches anything at all.</summary>
    public static bool[] Trim(RuleAutomaton[] automata, CompileBudget budget)
    {
        bool[] productive = new bool[automata.Length];
        bool[][] alive = [.. automata.Select(automaton => new bool[automaton.States.Count])];
        bool changed = true;
        while (changed)
        {
            changed = false;

            // Front ends add a rule before those that it needs.
            for (int rule = automata.Length - 1; rule >= 0; rule--)
            {
                if (productive[rule] && Array.TrueForAll(alive[rule], state => state))
                    continue;
                Spread(automata[rule], productive, alive[rule], budget);
                if (!productive[rule] && alive[rule][0])
                {
                    productive[rule] = true;
                    changed = true;
                }
            }
        }
        for (int rule = 0; rule < automata.Length; rule++)
            Remove(automata[rule], productive, alive[rule]);
        return productive;
    }

    /// <summary>Marks the states from which a final one is reached by bytes and rules known to match.</summary>
    private static void Spread(RuleAutomaton automaton, bool[] productive, bool[] alive, CompileBudget budget)
    {
        List<RuleAutomaton.State> states = automaton.States;
        bool changed = true;
        while (changed)
        {
            changed = false;

            // Edges lead mostly to later states, so going backwards settles most of it in one pass.
            for (int id = states.Count - 1; id >= 0; id--)
            {
                if (alive[id])
                    continue;
                RuleAutomaton.State state = states[id];
                budget.Spend(1);
                if (state.IsFinal || state.Bytes.Exists(range => alive[range.To]) || state.Calls.Exists(call => productive[call.Rule] && alive[call.To]))
                {
                    alive[id] = true;
                    changed = true;
                }
            }
        }
    }

    private static void Remove(RuleAutomaton automaton, bool[] productive, bool[] alive)
    {
        foreach (RuleAutomaton.State state in automaton.States)
        {
            state.Bytes.RemoveAll(range => !alive[range.To]);
            state.Calls.RemoveAll(call => !productive[call.Rule] || !alive[call.To]);
        }
    }
}
