using TokenFactory.Engine.Constraints.Masks;

namespace TokenFactory.Engine.Constraints.Automata;

/// <summary>
/// All that matters of a text read so far: the states it may be in, each with its stack, and whether it may end here. Interned and, but for
/// what it remembers, immutable; two texts with the same future meet in the same object wherever their stacks agree.
/// </summary>
internal sealed class Configuration(Configuration.Thread[] threads, bool isComplete)
{
    private Configuration?[]? _next;
    private Configuration[]?[]? _successors;
    private ResolvedMask? _mask;

    /// <summary>No text goes on from here.</summary>
    public static Configuration Dead { get; } = new([], false);

    /// <summary>States that can read a byte, by state and stack.</summary>
    public ReadOnlySpan<Thread> Threads => threads;

    /// <summary>Whether the text may end here: the root has ended (or, for a rule by itself, the rule).</summary>
    public bool IsComplete { get; } = isComplete;

    /// <summary>The mask of this configuration once it is known.</summary>
    public ResolvedMask? Mask
    {
        get => Volatile.Read(ref _mask);
        set => Volatile.Write(ref _mask, value);
    }

    /// <summary>The configuration after a byte of a class, null where it isn't known yet.</summary>
    public Configuration? Next(byte byteClass) => Volatile.Read(ref _next) is { } next ? Volatile.Read(ref next[byteClass]) : null;

    /// <summary>Remembers what comes after a byte of a class. Only the automaton calls this, under its lock.</summary>
    public void SetNext(byte byteClass, int classCount, Configuration next)
    {
        if (_next is null)
            Volatile.Write(ref _next, new Configuration?[classCount]);
        Volatile.Write(ref _next![byteClass], next);
    }

    /// <summary>What <see cref="RememberSuccessors"/> was told for an alphabet, null where it was not.</summary>
    public Configuration[]? Successors(int alphabet) => Volatile.Read(ref _successors) is { } all ? Volatile.Read(ref all[alphabet]) : null;

    /// <summary>Remembers where the code points of an alphabet lead.</summary>
    public void RememberSuccessors(int alphabet, int alphabets, Configuration[] successors)
    {
        Configuration[]?[] all = Volatile.Read(ref _successors) ?? Interlocked.CompareExchange(ref _successors, new Configuration[]?[alphabets], null) ?? _successors;
        Volatile.Write(ref all[alphabet], successors);
    }

    /// <param name="State">A state of the program.</param>
    /// <param name="Stack">Who waits for its rule to end.</param>
    internal readonly record struct Thread(int State, StackNode Stack);

    /// <summary>Compares configurations by threads and completeness.</summary>
    internal sealed class ContentComparer : IEqualityComparer<Configuration>
    {
        public static ContentComparer Instance { get; } = new();

        public bool Equals(Configuration? x, Configuration? y) => x!.IsComplete == y!.IsComplete && x.Threads.SequenceEqual(y.Threads);

        public int GetHashCode(Configuration configuration)
        {
            HashCode hash = default;
            hash.Add(configuration.IsComplete);
            foreach (Thread thread in configuration.Threads)
            {
                hash.Add(thread.State);
                hash.Add(thread.Stack.Id);
            }
            return hash.ToHashCode();
        }
    }
}
