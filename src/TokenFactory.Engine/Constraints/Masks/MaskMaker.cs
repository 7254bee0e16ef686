using System.Collections.Concurrent;
using System.Numerics;
using System.Numerics.Tensors;
using TokenFactory.Engine.Constraints.Automata;
using TokenFactory.Engine.Constraints.Vocabulary;

namespace TokenFactory.Engine.Constraints.Masks;

/// <summary>
/// Makes and remembers the masks of one automaton. What a state allows by itself is found once, by a walk over the trie; a configuration
/// then needs only the union over its states and short walks from where their rules end. Safe for several threads: two may make the same
/// mask, and either is kept.
/// </summary>
internal sealed class MaskMaker(PushdownAutomaton automaton, ConstraintVocabulary vocabulary, long mostBytes)
{
    /// <summary>Up to here a list of tokens is shorter and as fast as a bit for every token.</summary>
    private const int MostListed = 512;

    private readonly LocalMask?[] _locals = new LocalMask?[automaton.Program.StateCount];
    private readonly ConcurrentBag<MaskScratch> _scratch = [];
    private readonly SliceDepths _slices = new(automaton, vocabulary.Slices);
    private long _bytes;

    /// <summary>The mask of a configuration; remembered in it.</summary>
    public ResolvedMask MaskOf(Configuration configuration) => configuration.Mask ?? MakeMask(configuration);

    private ResolvedMask MakeMask(Configuration configuration)
    {
        LocalMask[] locals = new LocalMask[configuration.Threads.Length];
        for (int i = 0; i < locals.Length; i++)
            locals[i] = LocalOf(configuration.Threads[i].State);
        ResolvedMask mask = WithScratch(scratch => Resolve(configuration, locals, scratch));
        configuration.Mask = mask;
        Account(mask.Size);
        return mask;
    }

    private LocalMask LocalOf(int state)
    {
        if (Volatile.Read(ref _locals[state]) is { } known)
            return known;
        LocalMask mask = WithScratch(scratch => MakeLocal(state, scratch));
        Volatile.Write(ref _locals[state], mask);
        Account(mask.Size);
        return mask;
    }

    private LocalMask MakeLocal(int state, MaskScratch scratch)
    {
        Configuration alone = PushdownAutomaton.Alone(state);
        int first = 0;
        int depth = 0;
        for (int slice = vocabulary.Slices.Length - 1; slice >= 0; slice--)
        {
            // A narrower alphabet is read at least as far as a wider one.
            if (depth < TokenSlice.MostLength)
                depth = Math.Max(depth, _slices.DepthOf(alone, slice));
            if (depth > 0)
                Unite(scratch.Bits, vocabulary.Slices[slice].UpTo(depth));
            scratch.Depths[slice] = depth;
        }
        for (int group = 0; group < vocabulary.Trie.GroupEnds.Length; group++)
        {
            int known = group < scratch.Depths.Length ? scratch.Depths[group] : 0;
            Walk(first, vocabulary.Trie.GroupEnds[group], alone, scratch, known, findEscapes: true);
            first = vocabulary.Trie.GroupEnds[group];
        }
        int count = Count(scratch.Bits);
        return count > MostListed
            ? new LocalMask([.. scratch.Bits], [], [.. scratch.Escapes])
            : new LocalMask(null, List(scratch.Bits, count), [.. scratch.Escapes]);
    }

    private ResolvedMask Resolve(Configuration configuration, LocalMask[] locals, MaskScratch scratch)
    {
        uint[]? shared = null;
        bool isOnlyOne = true;
        foreach (LocalMask local in locals)
        {
            isOnlyOne &= local.Bits is null || shared is null || shared == local.Bits;
            shared ??= local.Bits;
        }
        for (int i = 0; i < locals.Length; i++)
        {
            if (!isOnlyOne && locals[i].Bits is { } bits)
                Unite(scratch.Bits, bits);
            foreach (int token in locals[i].Tokens)
                scratch.Allow(token);
            ResolveEscapes(locals[i], configuration.Threads[i].Stack, scratch);
        }
        if (shared is not null && isOnlyOne)
            Subtract(scratch.Bits, shared);
        int count = Count(scratch.Bits);
        uint[]? rest = isOnlyOne ? shared : null;
        if (count <= MostListed)
            return new ResolvedMask(rest, List(scratch.Bits, count), 64 + (4L * count));
        if (rest is not null)
            Unite(scratch.Bits, rest);
        return new ResolvedMask([.. scratch.Bits], [], 64 + (4L * scratch.Bits.Length));
    }

    private void ResolveEscapes(LocalMask local, StackNode stack, MaskScratch scratch)
    {
        if (local.Escapes.Length == 0)
            return;
        Configuration popped = automaton.Pop(stack);
        if (popped.Threads.IsEmpty)
            return;
        foreach (int node in local.Escapes)
            Walk(node + 1, vocabulary.Trie.SubtreeEnd[node], popped, scratch, known: 0, findEscapes: false);
    }

    /// <summary>
    /// Allows every token that ends at a node of a run which is read without a dead end. The run is a group's trie, or a node's whole subtree
    /// without the node. Subtrees without a token of more than <paramref name="known"/> code points are skipped.
    /// </summary>
    private void Walk(int first, int end, Configuration from, MaskScratch scratch, int known, bool findEscapes)
    {
        if (first >= end)
            return;
        TokenTrie trie = vocabulary.Trie;
        byte[] labels = trie.Labels;
        ushort[] depths = trie.Depths;
        int[] ends = trie.SubtreeEnd;
        byte[] reach = trie.Reach;
        Configuration[] path = scratch.Path;
        path[depths[first] - 1] = from;
        int node = first;
        while (node < end)
        {
            if (reach[node] <= known)
            {
                node = ends[node];
                continue;
            }
            int depth = depths[node];
            Configuration next = automaton.Step(path[depth - 1], labels[node]);
            if (next == Configuration.Dead)
            {
                node = ends[node];
                continue;
            }
            path[depth] = next;
            if (trie.Token[node] != TokenTrie.NoToken)
                Allow(trie.Token[node], scratch);
            if (findEscapes && next.IsComplete && ends[node] > node + 1)
                scratch.Escapes.Add(node);
            node++;
        }
    }

    private void Allow(int token, MaskScratch scratch)
    {
        if (token >= 0)
        {
            scratch.Allow(token);
            return;
        }
        for (token = -2 - token; token >= 0; token = vocabulary.Trie.NextDuplicate(token))
            scratch.Allow(token);
    }

    private T WithScratch<T>(Func<MaskScratch, T> make)
    {
        if (!_scratch.TryTake(out MaskScratch? scratch))
            scratch = new MaskScratch(vocabulary.MaskWords, vocabulary.Trie.LongestToken, vocabulary.Slices.Length);
        scratch.Clear();
        T made = make(scratch);
        _scratch.Add(scratch);
        return made;
    }

    private void Account(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= mostBytes)
            return;
        Interlocked.Exchange(ref _bytes, 0);
        Array.Clear(_locals);
        automaton.Forget();
    }

    private static void Unite(uint[] to, ReadOnlySpan<uint> from) => TensorPrimitives.BitwiseOr(to, from, to);

    private static void Subtract(uint[] from, uint[] what)
    {
        for (int i = 0; i < from.Length; i++)
            from[i] &= ~what[i];
    }

    private static int Count(uint[] bits)
    {
        int count = 0;
        foreach (uint word in bits)
            count += BitOperations.PopCount(word);
        return count;
    }

    private static int[] List(uint[] bits, int count)
    {
        int[] tokens = new int[count];
        int next = 0;
        for (int i = 0; i < bits.Length; i++)
        {
            for (uint word = bits[i]; word != 0; word &= word - 1)
                tokens[next++] = (i * 32) + BitOperations.TrailingZeroCount(word);
        }
        return tokens;
    }
}
