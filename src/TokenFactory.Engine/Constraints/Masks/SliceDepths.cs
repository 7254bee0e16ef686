using TokenFactory.Engine.Constraints.Automata;
using TokenFactory.Engine.Constraints.Vocabulary;

namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>
/// Finds how long a text of a slice's alphabet may be so that, whatever it is, the automaton reads it and the rule does not end inside it.
/// Where each code point leads is remembered in the configurations.
/// </summary>
internal sealed class SliceDepths(PushdownAutomaton automaton, TokenSlice[] slices)
{
    /// <summary>Code points whose encodings begin with a byte of one range, followed by bytes of others; together all beyond ASCII.</summary>
    private static readonly (byte Low, byte High)[][] Encodings =
    [
        [(0xC2, 0xDF), (0x80, 0xBF)],
        [(0xE0, 0xE0), (0xA0, 0xBF), (0x80, 0xBF)],
        [(0xE1, 0xEC), (0x80, 0xBF), (0x80, 0xBF)],
        [(0xED, 0xED), (0x80, 0x9F), (0x80, 0xBF)],
        [(0xEE, 0xEF), (0x80, 0xBF), (0x80, 0xBF)],
        [(0xF0, 0xF0), (0x90, 0xBF), (0x80, 0xBF), (0x80, 0xBF)],
        [(0xF1, 0xF3), (0x80, 0xBF), (0x80, 0xBF), (0x80, 0xBF)],
        [(0xF4, 0xF4), (0x80, 0x8F), (0x80, 0xBF), (0x80, 0xBF)],
    ];

    /// <summary>A length that is surely read, at most <see cref="TokenSlice.MostLength"/>; 0 where there is none.</summary>
    public int DepthOf(Configuration from, int slice)
    {
        HashSet<Configuration> seen = [from];
        List<Configuration> reached = [from];
        int bound = TokenSlice.MostLength;
        for (int length = 0; length < bound && reached.Count > 0; length++)
        {
            List<Configuration> next = [];
            foreach (Configuration configuration in reached)
            {
                Configuration[] successors = SuccessorsOf(configuration, slice);
                if (successors.Length == 0)
                    return length;
                foreach (Configuration successor in successors)
                {
                    // Bytes after the end of a rule are for its stack to judge.
                    if (successor.IsComplete)
                        bound = length + 1;
                    if (seen.Add(successor))
                        next.Add(successor);
                }
            }
            reached = next;
        }
        return bound;
    }

    /// <summary>Where one code point of the alphabet leads; nothing where any of them leads nowhere.</summary>
    private Configuration[] SuccessorsOf(Configuration from, int slice)
    {
        if (from.Successors(slice) is { } known)
            return known;
        HashSet<Configuration> successors = [];
        bool reads = ReadsAscii(from, slices[slice], successors) && (!slices[slice].HasOthers || Array.TrueForAll(Encodings, encoding => Reads(from, encoding, successors)));
        Configuration[] all = reads ? [.. successors] : [];
        from.RememberSuccessors(slice, slices.Length, all);
        return all;
    }

    private bool ReadsAscii(Configuration from, TokenSlice slice, HashSet<Configuration> successors)
    {
        // Most that cannot read everything cannot read its last letter.
        for (int letter = 127; letter >= 0; letter--)
        {
            if (!slice.Holds(letter))
                continue;
            Configuration next = automaton.Step(from, (byte)letter);
            if (next == Configuration.Dead)
                return false;
            successors.Add(next);
        }
        return true;
    }

    private bool Reads(Configuration from, ReadOnlySpan<(byte Low, byte High)> encoding, HashSet<Configuration> successors)
    {
        if (encoding.IsEmpty)
        {
            successors.Add(from);
            return true;
        }
        Configuration? last = null;
        for (int value = encoding[0].Low; value <= encoding[0].High; value++)
        {
            Configuration next = automaton.Step(from, (byte)value);

            // Inside a code point a rule does not end unless it is one of bytes, which is left to the walk.
            if (next == Configuration.Dead || (encoding.Length > 1 && next.IsComplete))
                return false;
            if (next != last && !Reads(next, encoding[1..], successors))
                return false;
            last = next;
        }
        return true;
    }
}
