using TokenFactory.Engine.Constraints.Grammars;
using Return = TokenFactory.Engine.Constraints.Automata.StackNode.Return;
using Thread = TokenFactory.Engine.Constraints.Automata.Configuration.Thread;

namespace TokenFactory.Engine.Constraints.Automata;

/// <summary>
/// Reads bytes by a compiled grammar. It is a deterministic automaton made on demand, whose states are <see cref="Configuration"/>s: a step
/// seen before is a look-up, a new one is computed under a lock and remembered. A grammar with bounded stacks becomes a plain finite
/// automaton. Past its limit everything remembered is forgotten; configurations in use stay valid.
/// </summary>
internal sealed class PushdownAutomaton
{
    private readonly Lock _gate = new();
    private readonly int _mostConfigurations;
    private readonly Closure _closure;
    private readonly byte[] _bytesOfClasses;
    private readonly Dictionary<Configuration, Configuration> _configurations = new(Configuration.ContentComparer.Instance);
    private readonly Dictionary<StackNode, StackNode> _stacks = new(StackNode.ContentComparer.Instance);
    private readonly byte[] _classOf;
    private long _lastStackId;
    private volatile Configuration? _start;

    public PushdownAutomaton(PushdownProgram program, int mostConfigurations)
    {
        Program = program;
        _mostConfigurations = mostConfigurations;
        _closure = new Closure(program, InternStack);
        _classOf = [.. program.ClassOf];
        _bytesOfClasses = new byte[program.ClassCount];
        for (int value = 255; value >= 0; value--)
            _bytesOfClasses[_classOf[value]] = (byte)value;
    }

    public PushdownProgram Program { get; }

    /// <summary>The configuration of the empty text.</summary>
    public Configuration Start => _start ?? MakeStart();

    /// <summary>How many configurations are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _configurations.Count;
        }
    }

    /// <summary>The configuration after one more byte, <see cref="Configuration.Dead"/> where none is.</summary>
    public Configuration Step(Configuration from, byte value)
    {
        byte byteClass = _classOf[value];
        return from.Next(byteClass) ?? MakeNext(from, byteClass);
    }

    /// <summary>The configuration after some bytes.</summary>
    public Configuration Step(Configuration from, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            if (from == Configuration.Dead)
                break;
            from = Step(from, value);
        }
        return from;
    }

    /// <summary>One state with nobody waiting under it: what its rule allows by itself.</summary>
    public static Configuration Alone(int state) => new([new Thread(state, StackNode.Bottom)], isComplete: false);

    /// <summary>The configuration right after the rule on top of a stack has ended.</summary>
    public Configuration Pop(StackNode stack)
    {
        if (stack.Popped is { } known)
            return known;
        lock (_gate)
        {
            _closure.Clear();
            foreach (Return one in stack.Returns)
                _closure.Add(one.State, one.Below);
            return stack.Popped = Intern(_closure.Complete());
        }
    }

    /// <summary>Forgets every configuration and stack.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _configurations.Clear();
            _stacks.Clear();
            _start = null;
        }
    }

    private Configuration MakeStart()
    {
        lock (_gate)
        {
            _closure.Clear();
            _closure.Add(Program.RootStart, StackNode.Bottom);
            return _start ??= Intern(_closure.Complete());
        }
    }

    private Configuration MakeNext(Configuration from, byte byteClass)
    {
        lock (_gate)
        {
            if (from.Next(byteClass) is { } known)
                return known;
            if (_configurations.Count >= _mostConfigurations)
                Forget();
            byte value = _bytesOfClasses[byteClass];
            _closure.Clear();
            foreach (Thread thread in from.Threads)
            {
                int to = Program.Step(thread.State, value);
                if (to != PushdownProgram.Nowhere)
                    _closure.Add(to, thread.Stack);
            }
            Configuration next = Intern(_closure.Complete());
            if (from.Threads.Length == 1)
                RememberAlike(from, from.Threads[0].State, Program.Step(from.Threads[0].State, value), next);
            else
                from.SetNext(byteClass, Program.ClassCount, next);
            return next;
        }
    }

    /// <summary>A single thread goes the same way by every byte that leads its state to the same one.</summary>
    private void RememberAlike(Configuration from, int state, int to, Configuration next)
    {
        ReadOnlySpan<RuleAutomaton.ByteRange> ranges = Program.RangesOf(state);
        int range = 0;
        for (int byteClass = 0; byteClass < _bytesOfClasses.Length; byteClass++)
        {
            // Classes are numbered by their least byte, and no range cuts one.
            byte value = _bytesOfClasses[byteClass];
            while (range < ranges.Length && ranges[range].High < value)
                range++;
            int there = range < ranges.Length && ranges[range].Low <= value ? ranges[range].To : PushdownProgram.Nowhere;
            if (there == to)
                from.SetNext((byte)byteClass, Program.ClassCount, next);
        }
    }

    private Configuration Intern(Configuration configuration)
    {
        if (configuration == Configuration.Dead)
            return configuration;
        if (_configurations.TryGetValue(configuration, out Configuration? known))
            return known;
        _configurations.Add(configuration, configuration);
        return configuration;
    }

    private StackNode InternStack(IEnumerable<Return> returns)
    {
        StackNode node = StackNode.Create(_lastStackId + 1, returns);
        if (_stacks.TryGetValue(node, out StackNode? known))
            return known;
        _lastStackId++;
        _stacks.Add(node, node);
        return node;
    }
}
