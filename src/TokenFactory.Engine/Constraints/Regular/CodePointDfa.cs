using System.Text;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>
/// A regular language of texts: a deterministic automaton over classes of code points. State 0 is its start; an automaton of a language
/// without texts has that one state.
/// </summary>
/// <param name="classes">Disjoint sets that together are all code points.</param>
/// <param name="next">By state, then class: the state that follows, or <see cref="Dead"/>.</param>
/// <param name="accepting">By state: whether a text may end there.</param>
internal sealed class CodePointDfa(CodePointSet[] classes, int[] next, bool[] accepting)
{
    public const int Dead = -1;

    public int StateCount => accepting.Length;

    public CodePointSet[] Classes { get; } = classes;

    public bool IsAccepting(int state) => accepting[state];

    public int Next(int state, int letter) => next[(state * Classes.Length) + letter];

    /// <summary>Every text.</summary>
    public static CodePointDfa All { get; } = new([CodePointSet.All], [0], [true]);

    /// <summary>The texts that a regular expression is found in (or matches as a whole).</summary>
    /// <exception cref="ConstraintException">It is malformed, not supported, or costs too much.</exception>
    public static CodePointDfa FromRegex(string expression, bool isSearch, string path, CompileBudget budget)
    {
        budget.Path = path;
        return new RegexDeterminizer(RegexNfa.Build(RegexParser.Parse(expression, path, budget), isSearch, budget), budget).Run();
    }

    /// <summary>Exactly these texts.</summary>
    public static CodePointDfa FromTexts(IReadOnlyCollection<string> texts, CompileBudget budget)
    {
        int[][] runes = [.. texts.Select(text => text.EnumerateRunes().Select(rune => rune.Value).ToArray())];
        int[] letters = [.. runes.SelectMany(text => text).Distinct().Order()];
        CodePointSet rest = CodePointSet.FromRanges(letters.Select(letter => new CodePointSet.Range(letter, letter))).Complement();
        int width = letters.Length + 1;
        List<int> next = [.. Enumerable.Repeat(Dead, width)];
        List<bool> accepting = [false];
        foreach (int[] text in runes)
        {
            int state = 0;
            foreach (int rune in text)
            {
                budget.Spend(1 + (width / 16));
                int at = (state * width) + Array.BinarySearch(letters, rune);
                if (next[at] == Dead)
                {
                    next[at] = accepting.Count;
                    accepting.Add(false);
                    next.AddRange(Enumerable.Repeat(Dead, width));
                }
                state = next[at];
            }
            accepting[state] = true;
        }
        return new CodePointDfa([.. letters.Select(letter => CodePointSet.Of(letter)), rest], [.. next], [.. accepting]);
    }

    /// <summary>Texts of <paramref name="least"/> to <paramref name="most"/> code points; of any greater length where that is null.</summary>
    public static CodePointDfa OfLength(int least, int? most, CompileBudget budget)
    {
        int states = (most ?? least) + 1;
        budget.Spend(states);
        int[] next = [.. Enumerable.Range(1, states)];
        next[^1] = most is null ? states - 1 : Dead;
        return new CodePointDfa([CodePointSet.All], next, [.. Enumerable.Range(0, states).Select(length => length >= least)]);
    }

    public bool Matches(string text)
    {
        int state = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            int letter = Array.FindIndex(Classes, set => set.Contains(rune.Value));
            state = Next(state, letter);
            if (state == Dead)
                return false;
        }
        return accepting[state];
    }

    /// <summary>Whether no text is in the language. Holds for automata without states that lead nowhere, as all operations give.</summary>
    public bool IsEmpty => !accepting.Contains(true);

    public CodePointDfa Intersect(CodePointDfa other, CompileBudget budget) => DfaProduct.Of(this, other, (x, y) => x && y, budget);

    /// <summary>The texts of this language that are not in the other.</summary>
    public CodePointDfa Except(CodePointDfa other, CompileBudget budget) => DfaProduct.Of(this, other, (x, y) => x && !y, budget);

    /// <summary>The same language without states that can't be reached or lead nowhere, equal ones merged.</summary>
    public CodePointDfa Minimize(CompileBudget budget) => DfaMinimizer.Run(this, budget);
}
