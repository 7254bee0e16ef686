namespace TokenFactory.Engine.KvCache;

/// <summary>A doubly linked list over block ids, threaded through two arrays: every operation takes constant time and allocates nothing.</summary>
internal sealed class BlockList
{
    private const int None = -1;

    private readonly int[] _next;
    private readonly int[] _previous;
    private int _last = None;

    public BlockList(int blockCount)
    {
        _next = new int[blockCount];
        _previous = new int[blockCount];
    }

    /// <summary>The oldest block, or -1.</summary>
    public int First { get; private set; } = None;

    public int Count { get; private set; }

    public void AddLast(int block)
    {
        _next[block] = None;
        _previous[block] = _last;
        if (_last == None)
        {
            First = block;
        }
        else
        {
            _next[_last] = block;
        }
        _last = block;
        Count++;
    }

    public void Remove(int block)
    {
        int next = _next[block];
        int previous = _previous[block];
        if (previous == None)
        {
            First = next;
        }
        else
        {
            _next[previous] = next;
        }
        if (next == None)
        {
            _last = previous;
        }
        else
        {
            _previous[next] = previous;
        }
        Count--;
    }

    public int RemoveFirst()
    {
        int block = First;
        Remove(block);
        return block;
    }
}
