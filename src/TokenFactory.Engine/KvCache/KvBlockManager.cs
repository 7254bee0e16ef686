using System.Diagnostics;

namespace TokenFactory.Engine.KvCache;

/// <summary>
/// Owns the KV blocks of a device. A block is used (referenced by running sequences), cached (referenced by none, its contents known by
/// hash and kept for reuse) or free. Cached blocks are given up in order of last use. Nothing here allocates once it is built, but for
/// the hash index's growth to its bound.
/// </summary>
public sealed class KvBlockManager
{
    private const int None = -1;

    private readonly int[] _references;
    private readonly UInt128[] _hashes;
    private readonly bool[] _published;
    private readonly int[] _free;
    private readonly Dictionary<UInt128, int> _byHash;
    private readonly BlockList _cached;
    private int _freeCount;

    public KvBlockManager(int blockCount, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        TotalCount = blockCount;
        BlockSize = blockSize;
        _references = new int[blockCount];
        _hashes = new UInt128[blockCount];
        _published = new bool[blockCount];
        _free = new int[blockCount];
        _byHash = new Dictionary<UInt128, int>(blockCount);
        _cached = new BlockList(blockCount);
        for (int i = 0; i < blockCount; i++)
        {
            // The stack hands out low ids first.
            _free[i] = blockCount - 1 - i;
        }
        _freeCount = blockCount;
    }

    public int TotalCount { get; }

    public int BlockSize { get; }

    public int FreeCount => _freeCount;

    public int CachedCount => _cached.Count;

    public int UsedCount { get; private set; }

    /// <summary>Blocks that a sequence can have: the free ones and, after them, the cached ones.</summary>
    public int AvailableCount => _freeCount + _cached.Count;

    /// <summary>How many blocks hold this many tokens.</summary>
    public int BlocksFor(int tokens) => (tokens + BlockSize - 1) / BlockSize;

    /// <summary>How many of the leading hashes are in the cache, in use or not.</summary>
    public int CountKnown(ReadOnlySpan<UInt128> hashes)
    {
        int count = 0;
        while (count < hashes.Length && _byHash.ContainsKey(hashes[count]))
        {
            count++;
        }
        return count;
    }

    /// <summary>How many of the known blocks lie unused in the cache, so that taking them lessens <see cref="AvailableCount"/>.</summary>
    public int CountUnused(ReadOnlySpan<UInt128> known)
    {
        int count = 0;
        foreach (UInt128 hash in known)
        {
            count += _references[_byHash[hash]] == 0 ? 1 : 0;
        }
        return count;
    }

    /// <summary>Adds references to known blocks and appends them to an empty table.</summary>
    public void Share(ReadOnlySpan<UInt128> known, KvBlockTable table)
    {
        foreach (UInt128 hash in known)
        {
            int block = _byHash[hash];
            if (_references[block]++ == 0)
            {
                _cached.Remove(block);
                UsedCount++;
            }
            table.Add(block);
        }
    }

    /// <summary>Extends a table to <paramref name="blocks"/> blocks, or changes nothing and returns false where too few are available.</summary>
    public bool TryGrow(KvBlockTable table, int blocks)
    {
        int wanted = blocks - table.Count;
        if (wanted > AvailableCount)
        {
            return false;
        }
        for (int i = 0; i < wanted; i++)
        {
            table.Add(Take());
        }
        return true;
    }

    /// <summary>
    /// Makes a full block known by its hash. Where the same contents are known already, this copy stays private and goes free at release.
    /// The block must be written by a step that was submitted before any step that could share it.
    /// </summary>
    public void Publish(int block, UInt128 hash)
    {
        Debug.Assert(_references[block] > 0, "only a block in use is published");
        if (!_published[block] && _byHash.TryAdd(hash, block))
        {
            _hashes[block] = hash;
            _published[block] = true;
        }
    }

    /// <summary>Drops a sequence's references and empties its table. Later blocks become the older ones, so that a prefix outlives its continuations.</summary>
    public void Release(KvBlockTable table)
    {
        for (int i = table.Count - 1; i >= 0; i--)
        {
            int block = table[i];
            Debug.Assert(_references[block] > 0, "a block is released as often as it was taken");
            if (--_references[block] > 0)
            {
                continue;
            }
            UsedCount--;
            if (_published[block])
            {
                _cached.AddLast(block);
            }
            else
            {
                _free[_freeCount++] = block;
            }
        }
        table.Clear();
    }

    /// <summary>Forgets every cached block, for instance after the device lost its memory.</summary>
    public void DropCache()
    {
        while (_cached.First != None)
        {
            _free[_freeCount++] = Evict();
        }
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> where free, cached and used blocks do not add up to the total.</summary>
    public void CheckIntegrity()
    {
        int used = 0;
        int published = 0;
        for (int block = 0; block < TotalCount; block++)
        {
            used += _references[block] > 0 ? 1 : 0;
            published += _published[block] ? 1 : 0;
        }
        if (used != UsedCount || used + _freeCount + _cached.Count != TotalCount || published != _byHash.Count)
        {
            throw new InvalidOperationException(
                $"KV blocks do not add up: {_freeCount} free + {_cached.Count} cached + {used} used (counted {UsedCount}) of {TotalCount}; {published} published, {_byHash.Count} indexed.");
        }
    }

    private int Take()
    {
        int block = _freeCount > 0 ? _free[--_freeCount] : Evict();
        _references[block] = 1;
        UsedCount++;
        return block;
    }

    private int Evict()
    {
        int block = _cached.RemoveFirst();
        _byHash.Remove(_hashes[block]);
        _published[block] = false;
        return block;
    }
}
