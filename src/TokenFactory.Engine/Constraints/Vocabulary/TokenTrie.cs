namespace TokenFactory.Engine.Constraints.Vocabulary;

/// <summary>
/// Tokens as tries over their bytes, one for each group of tokens, laid out flat one after the other and each in depth-first order: a node's
/// subtree is the run of nodes from it to <see cref="SubtreeEnd"/>, so that a walk skips what cannot match by one jump.
/// </summary>
internal sealed class TokenTrie
{
    public const int NoToken = -1;

    private readonly List<byte> _labels = [];
    private readonly List<ushort> _depths = [];
    private readonly List<int> _ends = [];
    private readonly List<int> _tokens = [];
    private readonly List<byte> _reach = [];
    private readonly int[] _duplicates;

    /// <param name="groups">Ids of the tokens of each group.</param>
    /// <param name="bytesOf">A token's bytes, at least one and at most 65,535.</param>
    /// <param name="lengthOf">A token's length in code points, as far as its group counts them.</param>
    /// <param name="vocabularySize">One more than the highest id.</param>
    public TokenTrie(IReadOnlyList<int[]> groups, Func<int, ReadOnlyMemory<byte>> bytesOf, Func<int, int> lengthOf, int vocabularySize)
    {
        _duplicates = new int[vocabularySize];
        Array.Fill(_duplicates, NoToken);
        GroupEnds = new int[groups.Count];
        for (int group = 0; group < groups.Count; group++)
        {
            Add(groups[group], bytesOf, lengthOf);
            GroupEnds[group] = _labels.Count;
        }
        Labels = [.. _labels];
        Depths = [.. _depths];
        SubtreeEnd = [.. _ends];
        Token = [.. _tokens];
        Reach = [.. _reach];
    }

    /// <summary>The node after each group's last.</summary>
    public int[] GroupEnds { get; }

    /// <summary>The byte that leads to each node.</summary>
    public byte[] Labels { get; }

    /// <summary>Bytes from the root to each node, from 1 on: roots are not in the arrays.</summary>
    public ushort[] Depths { get; }

    /// <summary>The first node after each node's subtree.</summary>
    public int[] SubtreeEnd { get; }

    /// <summary>The token that ends at each node, <see cref="NoToken"/> where none does, and -2 - token where it is not the only one.</summary>
    public int[] Token { get; }

    /// <summary>Code points of the longest token in each node's subtree, at most 255.</summary>
    public byte[] Reach { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int LongestToken { get; private set; }

    public int NodeCount => Labels.Length;

    /// <summary>Another token of the same bytes, <see cref="NoToken"/> after the last.</summary>
    public int NextDuplicate(int token) => _duplicates[token];

    private void Add(int[] group, Func<int, ReadOnlyMemory<byte>> bytesOf, Func<int, int> lengthOf)
    {
        ReadOnlyMemory<byte>[] keys = [.. group.Select(bytesOf)];
        int[] ids = [.. group];
        Array.Sort(keys, ids, Comparer<ReadOnlyMemory<byte>>.Create((x, y) => x.Span.SequenceCompareTo(y.Span)));
        List<int> path = [];
        ReadOnlyMemory<byte> previous = default;
        for (int i = 0; i < keys.Length; i++)
        {
            ReadOnlySpan<byte> key = keys[i].Span;
            int shared = key.CommonPrefixLength(previous.Span);
            Close(path, shared);
            for (int depth = shared; depth < key.Length; depth++)
            {
                path.Add(_labels.Count);
                _labels.Add(key[depth]);
                _depths.Add(checked((ushort)(depth + 1)));
                _ends.Add(0);
                _tokens.Add(NoToken);
                _reach.Add(0);
            }
            End(path, ids[i], (byte)Math.Min(lengthOf(ids[i]), byte.MaxValue));
            LongestToken = Math.Max(LongestToken, key.Length);
            previous = keys[i];
        }
        Close(path, 0);
    }

    private void End(List<int> path, int token, byte length)
    {
        int node = path[^1];
        int known = _tokens[node];
        _duplicates[token] = known <= -2 ? -2 - known : known;
        _tokens[node] = known == NoToken ? token : -2 - token;
        foreach (int above in path)
            _reach[above] = Math.Max(_reach[above], length);
    }

    private void Close(List<int> path, int keep)
    {
        for (int i = path.Count - 1; i >= keep; i--)
            _ends[path[i]] = _labels.Count;
        path.RemoveRange(keep, path.Count - keep);
    }
}
