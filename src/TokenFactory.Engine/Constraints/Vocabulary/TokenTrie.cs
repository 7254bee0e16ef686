namespace TokenFactory.Engine.Constraints.Vocabulary;

/// <summary>
/// The tokens of a vocabulary as a trie over their bytes, laid out flat in depth-first order: a node's subtree is the run of nodes from it
/// to <see cref="SubtreeEnd"/>, so that a walk skips what cannot match by one jump.
/// </summary>
internal sealed class TokenTrie
{
    private const int NoToken = -1;

    private TokenTrie(byte[] labels, ushort[] depths, int[] ends, int[] tokens, int[] nextDuplicates, int longest)
    {
        Labels = labels;
        Depths = depths;
        SubtreeEnd = ends;
        FirstToken = tokens;
        NextDuplicate = nextDuplicates;
        LongestToken = longest;
    }

    /// <summary>The byte that leads to each node.</summary>
    public byte[] Labels { get; }

    /// <summary>Bytes from the root to each node, from 1 on: the root itself is not in the arrays.</summary>
    public ushort[] Depths { get; }

    /// <summary>The first node after each node's subtree.</summary>
    public int[] SubtreeEnd { get; }

    /// <summary>The token that ends at each node, -1 where none does.</summary>
    public int[] FirstToken { get; }

    /// <summary>By token: another token of the same bytes, -1 where there is none.</summary>
    public int[] NextDuplicate { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int LongestToken { get; }

    public int NodeCount => Labels.Length;

    /// <param name="tokens">Ids of the tokens to hold.</param>
    /// <param name="bytesOf">A token's bytes, at least one and at most 65,535.</param>
    /// <param name="vocabularySize">One more than the highest id.</param>
    public static TokenTrie Build(int[] tokens, Func<int, ReadOnlyMemory<byte>> bytesOf, int vocabularySize)
    {
        ReadOnlyMemory<byte>[] keys = [.. tokens.Select(bytesOf)];
        int[] ids = [.. tokens];
        Array.Sort(keys, ids, Comparer<ReadOnlyMemory<byte>>.Create((x, y) => x.Span.SequenceCompareTo(y.Span)));
        List<byte> labels = [];
        List<ushort> depths = [];
        List<int> ends = [];
        List<int> first = [];
        int[] duplicates = new int[vocabularySize];
        Array.Fill(duplicates, NoToken);
        List<int> path = [];
        ReadOnlyMemory<byte> previous = default;
        for (int i = 0; i < keys.Length; i++)
        {
            ReadOnlySpan<byte> key = keys[i].Span;
            int shared = key.CommonPrefixLength(previous.Span);
            Close(path, shared, ends, labels.Count);
            for (int depth = shared; depth < key.Length; depth++)
            {
                path.Add(labels.Count);
                labels.Add(key[depth]);
                depths.Add(checked((ushort)(depth + 1)));
                ends.Add(0);
                first.Add(NoToken);
            }
            int node = path[^1];
            duplicates[ids[i]] = first[node];
            first[node] = ids[i];
            previous = keys[i];
        }
        Close(path, 0, ends, labels.Count);
        int longest = keys.Length == 0 ? 0 : keys.Max(key => key.Length);
        return new TokenTrie([.. labels], [.. depths], [.. ends], [.. first], duplicates, longest);
    }

    private static void Close(List<int> path, int keep, List<int> ends, int end)
    {
        for (int i = path.Count - 1; i >= keep; i--)
            ends[path[i]] = end;
        path.RemoveRange(keep, path.Count - keep);
    }
}
