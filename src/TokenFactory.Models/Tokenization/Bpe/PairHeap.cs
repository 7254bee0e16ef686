namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>
/// A binary min-heap of (rank, position) pairs over storage lent by the caller. A text of n symbols never holds more than 2n: it
/// starts with n - 1 at most, and each of its n - 1 merges takes one out and puts two in.
/// </summary>
internal ref struct PairHeap
{
    private readonly Span<ulong> _entries;
    private int _count;

    public PairHeap(Span<ulong> storage)
    {
        _entries = storage;
        _count = 0;
    }

    /// <summary>Adds a pair without restoring the order: <see cref="Order"/> must follow before the first pop.</summary>
    public void Append(int rank, int position) => _entries[_count++] = Pack(rank, position);

    public void Order()
    {
        for (int i = (_count / 2) - 1; i >= 0; i--)
            SiftDown(i, _entries[i]);
    }

    public void Push(int rank, int position)
    {
        ulong entry = Pack(rank, position);
        int hole = _count++;
        while (hole > 0 && _entries[(hole - 1) / 2] > entry)
        {
            _entries[hole] = _entries[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        _entries[hole] = entry;
    }

    public bool TryPop(out int rank, out int position)
    {
        if (_count == 0)
        {
            rank = position = 0;
            return false;
        }
        ulong top = _entries[0];
        rank = (int)(top >> 32);
        position = (int)(uint)top;
        if (--_count > 0)
            SiftDown(0, _entries[_count]);
        return true;
    }

    private readonly void SiftDown(int hole, ulong entry)
    {
        for (int child; (child = (2 * hole) + 1) < _count; hole = child)
        {
            if (child + 1 < _count && _entries[child + 1] < _entries[child])
                child++;
            if (_entries[child] >= entry)
                break;
            _entries[hole] = _entries[child];
        }
        _entries[hole] = entry;
    }

    private static ulong Pack(int rank, int position) => ((ulong)(uint)rank << 32) | (uint)position;
}
