using System.Text;
using TokenFactory.Engine.Constraints.Grammars;

namespace TokenFactory.Engine.Constraints.Regular;

/// <summary>
/// Writes a language of code points into a rule over bytes, as UTF-8: a set becomes runs of byte ranges (as in Cox 2010, "Regular Expression
/// Matching in the Wild"), and runs into the same state share their tails.
/// </summary>
internal class CodePointEncoder(RuleGraph graph)
{
    private readonly Dictionary<(byte Low, byte High, int To), int> _tails = [];

    protected RuleGraph Graph { get; } = graph;

    /// <summary>Adds paths for every text of a language.</summary>
    public void AddLanguage(CodePointDfa language, int from, int to)
    {
        int[] states = [.. Enumerable.Range(0, language.StateCount).Select(_ => Graph.AddState())];
        Graph.AddFree(from, states[0]);
        for (int state = 0; state < states.Length; state++)
        {
            if (language.IsAccepting(state))
                Graph.AddFree(states[state], to);
            var targets = Enumerable.Range(0, language.Classes.Length)
                .Where(letter => language.Next(state, letter) >= 0)
                .GroupBy(letter => language.Next(state, letter), letter => language.Classes[letter]);
            foreach (IGrouping<int, CodePointSet> target in targets)
            {
                CodePointSet set = target.Count() == 1 ? target.First() : CodePointSet.FromRanges(target.SelectMany(one => one.Ranges.ToArray()));
                AddSet(set, states[state], states[target.Key]);
            }
        }
    }

    /// <summary>Adds paths for every code point of a set.</summary>
    public virtual void AddSet(CodePointSet set, int from, int to)
    {
        foreach (CodePointSet.Range range in set.Ranges)
            AddRange(range.Low, range.High, from, to);
    }

    private void AddRange(int low, int high, int from, int to)
    {
        // Pieces have encodings of one length, whose bytes after some place run through all values.
        foreach (int limit in (ReadOnlySpan<int>)[0x7F, 0x7FF, 0xFFFF])
        {
            if (low <= limit && high > limit)
            {
                AddRange(low, limit, from, to);
                low = limit + 1;
            }
        }
        for (int shift = 6; shift <= 18; shift += 6)
        {
            int mask = (1 << shift) - 1;
            if ((low & ~mask) == (high & ~mask) || high <= 0x7F)
                continue;
            if ((low & mask) != 0)
            {
                AddRange(low, low | mask, from, to);
                AddRange((low | mask) + 1, high, from, to);
                return;
            }
            if ((high & mask) != mask)
            {
                AddRange(low, (high & ~mask) - 1, from, to);
                AddRange(high & ~mask, high, from, to);
                return;
            }
        }
        Span<byte> first = stackalloc byte[4];
        Span<byte> last = stackalloc byte[4];
        int length = new Rune(low).EncodeToUtf8(first);
        new Rune(high).EncodeToUtf8(last);
        for (int i = length - 1; i > 0; i--)
            to = Tail(first[i], last[i], to);
        Graph.AddBytes(from, first[0], last[0], to);
    }

    /// <summary>A state that reads one byte of a range on the way to another.</summary>
    protected int Tail(byte low, byte high, int to)
    {
        if (!_tails.TryGetValue((low, high, to), out int state))
        {
            state = Graph.AddState();
            Graph.AddBytes(state, low, high, to);
            _tails.Add((low, high, to), state);
        }
        return state;
    }
}
