namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>
/// Removes states that lead nowhere, merges those with the same future by refining a partition (Moore 1956), and joins letters that no state
/// tells apart. Long chains need as many rounds as they have states, so refining stops at a bound; what is left unmerged only takes room.
/// </summary>
internal static class DfaMinimizer
{
    private const int MostRounds = 64;

    public static CodePointDfa Run(CodePointDfa dfa, CompileBudget budget)
    {
        bool[] alive = FindAlive(dfa, budget);
        if (!alive[0])
            return new CodePointDfa([CodePointSet.All], [CodePointDfa.Dead], [false]);
        int[] blocks = Refine(dfa, alive, budget);
        int count = blocks.Max() + 1;
        int width = dfa.Classes.Length;
        int[] next = new int[count * width];
        bool[] accepting = new bool[count];
        for (int state = 0; state < dfa.StateCount; state++)
        {
            if (blocks[state] < 0)
                continue;
            accepting[blocks[state]] = dfa.IsAccepting(state);
            for (int letter = 0; letter < width; letter++)
                next[(blocks[state] * width) + letter] = To(dfa, blocks, state, letter);
        }
        return JoinLetters(dfa.Classes, next, accepting);
    }

    private static int To(CodePointDfa dfa, int[] blocks, int state, int letter) => dfa.Next(state, letter) is >= 0 and int to ? blocks[to] : CodePointDfa.Dead;

    private static bool[] FindAlive(CodePointDfa dfa, CompileBudget budget)
    {
        bool[] alive = new bool[dfa.StateCount];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int state = dfa.StateCount - 1; state >= 0; state--)
            {
                if (alive[state])
                    continue;
                budget.Spend(1);
                bool reaches = dfa.IsAccepting(state);
                for (int letter = 0; !reaches && letter < dfa.Classes.Length; letter++)
                    reaches = dfa.Next(state, letter) is >= 0 and int to && alive[to];
                alive[state] = reaches;
                changed |= reaches;
            }
        }
        return alive;
    }

    /// <summary>A block for every living state, -1 for others. Blocks are numbered by their first state, so the start's is 0.</summary>
    private static int[] Refine(CodePointDfa dfa, bool[] alive, CompileBudget budget)
    {
        int states = dfa.StateCount;
        int width = dfa.Classes.Length;
        int[] blocks = [.. Enumerable.Range(0, states).Select(state => !alive[state] ? -1 : dfa.IsAccepting(state) == dfa.IsAccepting(0) ? 0 : 1)];
        int count = blocks.Max() + 1;
        if (dfa.StateCount > 4 * MostRounds)
            return Number(alive);
        for (int round = 0; round < MostRounds; round++)
        {
            Dictionary<string, int> ids = new(StringComparer.Ordinal);
            int[] refined = new int[states];
            char[] key = new char[width + 1];
            for (int state = 0; state < states; state++)
            {
                refined[state] = -1;
                if (!alive[state])
                    continue;
                budget.Spend(1 + (width / 8));
                key[width] = (char)blocks[state];
                for (int letter = 0; letter < width; letter++)
                    key[letter] = (char)(To(dfa, blocks, state, letter) + 1);
                string text = new(key);
                if (!ids.TryGetValue(text, out int id))
                    ids.Add(text, id = ids.Count);
                refined[state] = id;
            }
            blocks = refined;
            if (ids.Count == count)
                return blocks;
            count = ids.Count;
        }
        return Number(alive);
    }

    /// <summary>Every living state by itself.</summary>
    private static int[] Number(bool[] alive)
    {
        int next = 0;
        return [.. alive.Select(lives => lives ? next++ : -1)];
    }

    private static CodePointDfa JoinLetters(CodePointSet[] classes, int[] next, bool[] accepting)
    {
        int width = classes.Length;
        int[][] columns = [.. Enumerable.Range(0, width).Select(letter => Enumerable.Range(0, accepting.Length).Select(state => next[(state * width) + letter]).ToArray())];
        int[][] groups = [.. Enumerable.Range(0, width)
            .Where(letter => !classes[letter].IsEmpty)
            .GroupBy(letter => string.Join(',', columns[letter]), StringComparer.Ordinal)
            .Select(group => group.ToArray())];
        int[] joined = new int[accepting.Length * groups.Length];
        for (int state = 0; state < accepting.Length; state++)
        {
            for (int group = 0; group < groups.Length; group++)
                joined[(state * groups.Length) + group] = columns[groups[group][0]][state];
        }
        CodePointSet[] sets = [.. groups.Select(group => CodePointSet.FromRanges(group.SelectMany(letter => classes[letter].Ranges.ToArray())))];
        return new CodePointDfa(sets, joined, accepting);
    }
}
