namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>
/// The subset construction over code points. A member of a set is a state and whether the text must end there, because an end anchor was
/// passed; a start anchor is passed only before anything is read.
/// </summary>
internal sealed class RegexDeterminizer(RegexNfa nfa, CompileBudget budget)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<int[]> _sets = [];

    public CodePointDfa Run()
    {
        IEnumerable<CodePointSet> sets = Enumerable.Range(0, nfa.StateCount)
            .SelectMany(nfa.EdgesOf)
            .Where(edge => edge.Kind == RegexNfa.EdgeKind.Characters)
            .Select(edge => edge.Set);
        CodePointAlphabet alphabet = CodePointAlphabet.Of(sets, budget);
        int width = alphabet.Classes.Length;
        List<int> next = [];
        List<bool> accepting = [];
        IdOf(Close([Member(nfa.Start, mustEnd: false)], isAtStart: true));
        for (int id = 0; id < _sets.Count; id++)
        {
            int[] set = _sets[id];
            accepting.Add(set.Contains(Member(nfa.Accept, mustEnd: false)) || set.Contains(Member(nfa.Accept, mustEnd: true)));
            List<int>?[] targets = new List<int>?[width];
            foreach (int member in set.Where(member => !MustEnd(member)))
                Move(member, alphabet, targets);
            foreach (List<int>? target in targets)
                next.Add(target is null ? CodePointDfa.Dead : IdOf(Close(target, isAtStart: false)));
        }
        return new CodePointDfa(alphabet.Classes, [.. next], [.. accepting]).Minimize(budget);
    }

    private void Move(int member, CodePointAlphabet alphabet, List<int>?[] targets)
    {
        foreach (RegexNfa.Edge edge in nfa.EdgesOf(StateOf(member)))
        {
            if (edge.Kind != RegexNfa.EdgeKind.Characters)
                continue;
            foreach (int letter in alphabet.ClassesIn(edge.Set))
            {
                budget.Spend(1);
                (targets[letter] ??= []).Add(Member(edge.To, mustEnd: false));
            }
        }
    }

    private int[] Close(List<int> members, bool isAtStart)
    {
        SortedSet<int> seen = [.. members];
        Stack<int> pending = new(seen);
        while (pending.TryPop(out int member))
        {
            budget.Spend(1);
            foreach (RegexNfa.Edge edge in nfa.EdgesOf(StateOf(member)))
            {
                bool passes = edge.Kind is RegexNfa.EdgeKind.Free or RegexNfa.EdgeKind.AtEnd || (edge.Kind == RegexNfa.EdgeKind.AtStart && isAtStart);
                int to = Member(edge.To, MustEnd(member) || edge.Kind == RegexNfa.EdgeKind.AtEnd);
                if (passes && seen.Add(to))
                    pending.Push(to);
            }
        }
        return [.. seen];
    }

    private int IdOf(int[] set)
    {
        string key = string.Create(set.Length * 2, set, static (chars, members) =>
        {
            for (int i = 0; i < members.Length; i++)
            {
                chars[2 * i] = (char)(members[i] & 0xFFFF);
                chars[(2 * i) + 1] = (char)(members[i] >> 16);
            }
        });
        if (_ids.TryGetValue(key, out int id))
            return id;
        budget.Spend(1 + set.Length);
        id = _sets.Count;
        _ids.Add(key, id);
        _sets.Add(set);
        return id;
    }

    private static int Member(int state, bool mustEnd) => (state * 2) + (mustEnd ? 1 : 0);

    private static int StateOf(int member) => member / 2;

    private static bool MustEnd(int member) => member % 2 == 1;
}
