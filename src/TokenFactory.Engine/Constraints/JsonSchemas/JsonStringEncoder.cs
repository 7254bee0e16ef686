using TokenFactory.Engine.Constraints.Grammars;
using TokenFactory.Engine.Constraints.Regular;

namespace TokenFactory.Engine.Constraints.JsonSchemas;

/// <summary>
/// Writes languages as the insides of JSON strings. A code point stands for itself where JSON lets it, else for its shortest escape. Where
/// any code point will do, every escape will: <c>\uXXXX</c> in full, with surrogates only in pairs.
/// </summary>
internal sealed class JsonStringEncoder(RuleGraph graph) : CodePointEncoder(graph)
{
    private static readonly (char Letter, char Escape)[] ShortEscapes = [('"', '"'), ('\\', '\\'), ('\b', 'b'), ('\f', 'f'), ('\n', 'n'), ('\r', 'r'), ('\t', 't')];

    private static readonly CodePointSet Escaped = CodePointSet.FromRanges([new(0, 0x1F), new('"', '"'), new('\\', '\\')]);

    private static readonly CodePointSet Raw = Escaped.Complement();

    private readonly Dictionary<(int Digits, int To), int> _hex = [];
    private readonly Dictionary<int, int> _anyEscapes = [];

    /// <summary>The letter after the backslash in a short escape, null where there is none.</summary>
    public static char? ShortEscapeOf(char letter)
    {
        foreach ((char known, char escape) in ShortEscapes)
        {
            if (known == letter)
                return escape;
        }
        return null;
    }

    public override void AddSet(CodePointSet set, int from, int to)
    {
        base.AddSet(set.Intersect(Raw), from, to);
        if (set.Equals(CodePointSet.All))
        {
            Graph.AddBytes(from, (byte)'\\', (byte)'\\', AnyEscape(to));
            return;
        }
        CodePointSet escaped = set.Intersect(Escaped);
        if (!escaped.IsEmpty)
            AddEscapes(escaped, from, to);
    }

    private void AddEscapes(CodePointSet set, int from, int to)
    {
        int slash = Graph.AddState();
        Graph.AddBytes(from, (byte)'\\', (byte)'\\', slash);
        foreach (CodePointSet.Range range in set.Ranges)
        {
            for (int letter = range.Low; letter <= range.High; letter++)
            {
                if (ShortEscapeOf((char)letter) is { } escape)
                    Graph.AddBytes(slash, (byte)escape, (byte)escape, to);
                else
                    AddHexDigit(Graph.AddLiteral(slash, letter < 0x10 ? "u000"u8 : "u001"u8), letter & 0xF, letter & 0xF, to);
            }
        }
    }

    /// <summary>The state after a backslash where any escape may come.</summary>
    private int AnyEscape(int to)
    {
        if (_anyEscapes.TryGetValue(to, out int known))
            return known;
        int slash = Graph.AddState();
        _anyEscapes.Add(to, slash);
        foreach (char letter in "\"\\/bfnrt")
            Graph.AddBytes(slash, (byte)letter, (byte)letter, to);
        int unicode = Graph.AddState();
        Graph.AddBytes(slash, (byte)'u', (byte)'u', unicode);
        AddHexDigit(unicode, 0, 0xC, Hex(3, to));
        AddHexDigit(unicode, 0xE, 0xF, Hex(3, to));
        int surrogateArea = Graph.AddState();
        AddHexDigit(unicode, 0xD, 0xD, surrogateArea);
        AddHexDigit(surrogateArea, 0, 7, Hex(2, to));
        int low = Graph.AddState();
        AddHexDigit(surrogateArea, 8, 0xB, Hex(2, low));
        int lowDigits = Graph.AddState();
        AddHexDigit(Graph.AddLiteral(low, "\\u"u8), 0xD, 0xD, lowDigits);
        AddHexDigit(lowDigits, 0xC, 0xF, Hex(2, to));
        return slash;
    }

    private int Hex(int digits, int to)
    {
        if (digits == 0)
            return to;
        if (!_hex.TryGetValue((digits, to), out int state))
        {
            state = Graph.AddState();
            _hex.Add((digits, to), state);
            AddHexDigit(state, 0, 0xF, Hex(digits - 1, to));
        }
        return state;
    }

    private void AddHexDigit(int from, int least, int most, int to)
    {
        if (least <= 9)
            Graph.AddBytes(from, (byte)('0' + least), (byte)('0' + Math.Min(most, 9)), to);
        if (most < 0xA)
            return;
        int first = Math.Max(least, 0xA) - 0xA;
        Graph.AddBytes(from, (byte)('a' + first), (byte)('a' + most - 0xA), to);
        Graph.AddBytes(from, (byte)('A' + first), (byte)('A' + most - 0xA), to);
    }
}
