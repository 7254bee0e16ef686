using System.Numerics;

namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>Pairs of ids to the rank of their merge and the id it makes: open addressing with linear probing, at most half full.</summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;

    private ulong[] _keys;
    private (int Rank, int Id)[] _values;
    private int _shift;
    private int _count;

    public MergeTable(int expected)
    {
        int slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(expected, 8) * 2);
        (_keys, _values, _shift) = Allocate(slots);
    }

    /// <summary>Sets the merge of a pair; a later one replaces an earlier.</summary>
    public void Set(int left, int right, int rank, int id)
    {
        if ((_count + 1) * 2 > _keys.Length)
            Grow();
        ulong key = Key(left, right);
        int slot = Slot(key);
        if (_keys[slot] == Empty)
            _count++;
        _keys[slot] = key;
        _values[slot] = (rank, id);
    }

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        int slot = Slot(Key(left, right));
        (rank, id) = _values[slot];
        return _keys[slot] != Empty;
    }

    private void Grow()
    {
        (ulong[] keys, (int Rank, int Id)[] values) = (_keys, _values);
        (_keys, _values, _shift) = Allocate(keys.Length * 2);
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] == Empty)
                continue;
            int slot = Slot(keys[i]);
            _keys[slot] = keys[i];
            _values[slot] = values[i];
        }
    }

    private static (ulong[] Keys, (int Rank, int Id)[] Values, int Shift) Allocate(int slots)
    {
        ulong[] keys = new ulong[slots];
        Array.Fill(keys, Empty);
        return (keys, new (int, int)[slots], 64 - BitOperations.Log2((uint)slots));
    }

    /// <summary>The slot that holds the key, or the empty one where it belongs. The multiplier is 2^64 over the golden ratio.</summary>
    private int Slot(ulong key)
    {
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_keys[slot] != key && _keys[slot] != Empty)
            slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
