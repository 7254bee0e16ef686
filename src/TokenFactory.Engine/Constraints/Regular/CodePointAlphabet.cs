namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>Code points grouped by which of some sets they are in: letters that an automaton over those sets need not tell apart.</summary>
internal sealed class CodePointAlphabet
{
    private readonly Dictionary<CodePointSet, int[]> _members = [];

    private CodePointAlphabet(IReadOnlyList<CodePointSet> sets, CompileBudget budget)
    {
        int[] cuts = [.. Cuts(sets).Distinct().Order()];
        Dictionary<string, int> classes = new(StringComparer.Ordinal);
        List<List<CodePointSet.Range>> ranges = [];
        char[] signature = new char[sets.Count];
        int[] cursors = new int[sets.Count];
        for (int i = 0; i < cuts.Length; i++)
        {
            budget.Spend(1 + (sets.Count / 8));
            int low = cuts[i];
            int high = i + 1 < cuts.Length ? cuts[i + 1] - 1 : 0x10FFFF;
            for (int set = 0; set < sets.Count; set++)
            {
                ReadOnlySpan<CodePointSet.Range> all = sets[set].Ranges;
                while (cursors[set] < all.Length && all[cursors[set]].High < low)
                    cursors[set]++;
                signature[set] = cursors[set] < all.Length && all[cursors[set]].Low <= low ? '1' : '0';
            }
            string key = new(signature);
            if (!classes.TryGetValue(key, out int id))
            {
                classes.Add(key, id = ranges.Count);
                ranges.Add([]);
            }
            ranges[id].Add(new CodePointSet.Range(low, high));
        }
        Classes = [.. ranges.Select(CodePointSet.FromRanges)];
        string[] signatures = [.. classes.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
        for (int set = 0; set < sets.Count; set++)
            _members[sets[set]] = [.. Enumerable.Range(0, Classes.Length).Where(id => signatures[id][set] == '1' && !Classes[id].IsEmpty)];
    }

    /// <summary>Disjoint sets that together are all code points.</summary>
    public CodePointSet[] Classes { get; }

    public static CodePointAlphabet Of(IEnumerable<CodePointSet> sets, CompileBudget budget) => new([.. sets.Distinct()], budget);

    /// <summary>The classes that make up one of the sets.</summary>
    public int[] ClassesIn(CodePointSet set) => _members[set];

    private static IEnumerable<int> Cuts(IReadOnlyList<CodePointSet> sets)
    {
        yield return 0;
        foreach (CodePointSet set in sets)
        {
            foreach (CodePointSet.Range range in set.Ranges.ToArray())
            {
                yield return range.Low;
                if (range.High < 0x10FFFF)
                    yield return range.High + 1;
            }
        }
    }
}
