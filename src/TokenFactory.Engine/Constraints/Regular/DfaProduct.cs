namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>Combines two languages by running their automata side by side.</summary>
internal static class DfaProduct
{
    public static CodePointDfa Of(CodePointDfa left, CodePointDfa right, Func<bool, bool, bool> accepts, CompileBudget budget)
    {
        List<(int Left, int Right, CodePointSet Set)> letters = [];
        for (int i = 0; i < left.Classes.Length; i++)
        {
            for (int j = 0; j < right.Classes.Length; j++)
            {
                budget.Spend(1);
                CodePointSet common = left.Classes[i].Intersect(right.Classes[j]);
                if (!common.IsEmpty)
                    letters.Add((i, j, common));
            }
        }
        Dictionary<(int, int), int> ids = [];
        List<(int Left, int Right)> pairs = [];
        List<int> next = [];
        List<bool> accepting = [];
        IdOf(0, 0);
        for (int id = 0; id < pairs.Count; id++)
        {
            (int x, int y) = pairs[id];
            accepting.Add(accepts(x >= 0 && left.IsAccepting(x), y >= 0 && right.IsAccepting(y)));
            foreach ((int i, int j, _) in letters)
            {
                budget.Spend(1);
                int toLeft = x < 0 ? CodePointDfa.Dead : left.Next(x, i);
                int toRight = y < 0 ? CodePointDfa.Dead : right.Next(y, j);

                // Both operations want the left side: where it is dead, nothing is accepted any more.
                next.Add(toLeft < 0 ? CodePointDfa.Dead : IdOf(toLeft, toRight));
            }
        }
        return new CodePointDfa([.. letters.Select(letter => letter.Set)], [.. next], [.. accepting]).Minimize(budget);

        int IdOf(int x, int y)
        {
            if (!ids.TryGetValue((x, y), out int id))
            {
                ids.Add((x, y), id = pairs.Count);
                pairs.Add((x, y));
            }
            return id;
        }
    }
}
