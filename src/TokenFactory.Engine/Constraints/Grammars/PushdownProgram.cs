using System.Collections.Immutable;

namespace TokenFactory.Engine.Constraints.Grammars;

/// <summary>
/// A compiled grammar: the deterministic automata of all its rules with states numbered through, bytes grouped into classes that no rule
/// tells apart, and rules in the order in which they may begin with each other. Immutable.
/// </summary>
internal sealed class PushdownProgram
{
    /// <summary>No state: a byte that leads nowhere.</summary>
    public const int Nowhere = -1;

    private readonly int[] _byteOffsets;
    private readonly RuleAutomaton.ByteRange[] _byteRanges;
    private readonly int[] _callOffsets;
    private readonly RuleAutomaton.Call[] _calls;
    private readonly bool[] _finals;
    private readonly int[] _starts;
    private readonly int[] _places;

    private PushdownProgram(Grammar grammar, RuleAutomaton[] automata, int[] places)
    {
        _places = places;
        _starts = new int[automata.Length];
        StateCount = 0;
        for (int rule = 0; rule < automata.Length; rule++)
        {
            _starts[rule] = StateCount;
            StateCount += automata[rule].States.Count;
        }
        _finals = new bool[StateCount];
        _byteOffsets = new int[StateCount + 1];
        _callOffsets = new int[StateCount + 1];
        List<RuleAutomaton.ByteRange> ranges = [];
        List<RuleAutomaton.Call> calls = [];
        int state = 0;
        for (int rule = 0; rule < automata.Length; rule++)
        {
            foreach (RuleAutomaton.State one in automata[rule].States)
            {
                _finals[state] = one.IsFinal;
                foreach (RuleAutomaton.ByteRange range in one.Bytes)
                    ranges.Add(range with { To = range.To + _starts[rule] });
                foreach (RuleAutomaton.Call call in one.Calls)
                    calls.Add(call with { To = call.To + _starts[rule] });
                _byteOffsets[++state] = ranges.Count;
                _callOffsets[state] = calls.Count;
            }
        }
        _byteRanges = [.. ranges];
        _calls = [.. calls];
        (ClassOf, ClassCount) = GroupBytes(_byteRanges);
        RootStart = _starts[grammar.Root];
    }

    public int StateCount { get; }

    /// <summary>The root rule's first state.</summary>
    public int RootStart { get; }

    /// <summary>By byte: its class.</summary>
    public ImmutableArray<byte> ClassOf { get; }

    public int ClassCount { get; }

    /// <exception cref="ConstraintException">No text matches, a rule is left recursive, or it costs too much.</exception>
    public static PushdownProgram Compile(Grammar grammar)
    {
        bool[] nullable = NullableRules.Find(grammar);
        RuleAutomaton[] automata = new RuleAutomaton[grammar.RuleCount];
        for (int rule = 0; rule < automata.Length; rule++)
        {
            grammar.Budget.Path = grammar.Name(rule);
            automata[rule] = new Determinizer(grammar.Graph(rule), nullable, grammar.Budget).Run();
        }
        bool[] productive = ProductiveRules.Trim(automata, grammar.Budget);
        if (!productive[grammar.Root])
            throw new ConstraintException(grammar.Name(grammar.Root), "nothing can satisfy it; loosen what contradicts or what requires itself");
        return new PushdownProgram(grammar, automata, CallOrder.Find(grammar, automata));
    }

    public bool IsFinal(int state) => _finals[state];

    /// <summary>Ranges of bytes in rising order, and the state that each leads to.</summary>
    public ReadOnlySpan<RuleAutomaton.ByteRange> RangesOf(int state) => _byteRanges.AsSpan(_byteOffsets[state].._byteOffsets[state + 1]);

    /// <summary>The state that a byte leads to, or <see cref="Nowhere"/>.</summary>
    public int Step(int state, byte value)
    {
        for (int i = _byteOffsets[state]; i < _byteOffsets[state + 1]; i++)
        {
            if (value < _byteRanges[i].Low)
                return Nowhere;
            if (value <= _byteRanges[i].High)
                return _byteRanges[i].To;
        }
        return Nowhere;
    }

    public bool ReadsBytes(int state) => _byteOffsets[state + 1] > _byteOffsets[state];

    /// <summary>Rules that may be matched from a state, and where each leads.</summary>
    public ReadOnlySpan<RuleAutomaton.Call> CallsOf(int state) => _calls.AsSpan(_callOffsets[state].._callOffsets[state + 1]);

    /// <summary>Whether a state only ends its rule, so that nobody needs to come back to it.</summary>
    public bool IsTail(int state) => _finals[state] && !ReadsBytes(state) && CallsOf(state).IsEmpty;

    public int StartOf(int rule) => _starts[rule];

    /// <summary>A rule's place in the order of calls: it calls only later ones before it reads a byte.</summary>
    public int PlaceOf(int rule) => _places[rule];

    private static (ImmutableArray<byte> ClassOf, int Count) GroupBytes(RuleAutomaton.ByteRange[] ranges)
    {
        Span<bool> cuts = stackalloc bool[257];
        foreach (RuleAutomaton.ByteRange range in ranges)
        {
            cuts[range.Low] = true;
            cuts[range.High + 1] = true;
        }
        byte[] classes = new byte[256];
        int current = 0;
        for (int value = 1; value < 256; value++)
        {
            current += cuts[value] ? 1 : 0;
            classes[value] = (byte)current;
        }
        return ([.. classes], current + 1);
    }
}
