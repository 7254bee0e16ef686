namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>
/// Keys and values in float32, three regions:
/// slots [plane, slot, head, capacity, head size], which the graph reads and extends in place;
/// the pool [block, plane, head, block size, head size], which holds every full block under its id and outlives the sequence that made it;
/// tails [row, the same as a block], which keep the last, incomplete block of a sequence while its slot serves another one.
/// Copies between them move runs of block size · head size floats.
/// </summary>
internal sealed unsafe class KvStore : IDisposable
{
    private readonly NativeRegion _slots;
    private readonly NativeRegion _pool;
    private readonly NativeRegion _tails;

    public KvStore(KvGeometry geometry)
    {
        Geometry = geometry;
        _slots = new NativeRegion(geometry.SlotBytes);
        _pool = new NativeRegion(geometry.PoolBytes);
        _tails = new NativeRegion(geometry.BlockBytes * geometry.Slots);
    }

    public KvGeometry Geometry { get; }

    /// <summary>Bytes that can come to be resident: the slots hold copies of blocks, so no more than the pool.</summary>
    public long AllocatedBytes => Math.Min(_slots.ByteCount, _pool.ByteCount) + _pool.ByteCount + _tails.ByteCount;

    /// <summary>Where a slot begins in a plane; the following slots follow it.</summary>
    public float* Slot(int plane, int slot) => (float*)_slots.Base + ((((long)plane * Geometry.Slots) + slot) * Geometry.SlotPlaneFloats);

    /// <summary>Copies the first <paramref name="tokens"/> tokens of a slot.</summary>
    public void CopySlot(int from, int to, int tokens)
    {
        long headStride = (long)Geometry.Capacity * Geometry.HeadSize;
        long bytes = (long)tokens * Geometry.HeadSize * sizeof(float);
        for (int plane = 0; plane < Geometry.Planes; plane++)
        {
            for (int head = 0; head < Geometry.Heads; head++)
            {
                Copy(Slot(plane, from) + (head * headStride), Slot(plane, to) + (head * headStride), bytes);
            }
        }
    }

    /// <summary>Copies block <paramref name="index"/> of the sequence in a slot into the pool under <paramref name="block"/>.</summary>
    public void SaveBlock(int slot, int index, int block) => SaveTokens(slot, index, Geometry.BlockSize, Block(block));

    public void RestoreBlock(int slot, int index, int block) => RestoreTokens(slot, index, Geometry.BlockSize, Block(block));

    /// <summary>Keeps the first <paramref name="tokens"/> tokens of block <paramref name="index"/> under the sequence's row.</summary>
    public void SaveTail(int slot, int index, int tokens, int row) => SaveTokens(slot, index, tokens, Tail(row));

    public void RestoreTail(int slot, int index, int tokens, int row) => RestoreTokens(slot, index, tokens, Tail(row));

    /// <summary>Gives a slot's memory back to the system.</summary>
    public void Discard(int slot)
    {
        for (int plane = 0; plane < Geometry.Planes; plane++)
        {
            _slots.Discard((byte*)Slot(plane, slot) - _slots.Base, Geometry.SlotPlaneFloats * sizeof(float));
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _pool.Dispose();
        _tails.Dispose();
    }

    private float* Block(int block) => (float*)(_pool.Base + (block * Geometry.BlockBytes));

    private float* Tail(int row) => (float*)(_tails.Base + (row * Geometry.BlockBytes));

    private void SaveTokens(int slot, int index, int tokens, float* block)
    {
        long bytes = (long)tokens * Geometry.HeadSize * sizeof(float);
        for (int plane = 0; plane < Geometry.Planes; plane++)
        {
            for (int head = 0; head < Geometry.Heads; head++)
            {
                Copy(InSlot(plane, slot, head, index), InBlock(block, plane, head), bytes);
            }
        }
    }

    private void RestoreTokens(int slot, int index, int tokens, float* block)
    {
        long bytes = (long)tokens * Geometry.HeadSize * sizeof(float);
        for (int plane = 0; plane < Geometry.Planes; plane++)
        {
            for (int head = 0; head < Geometry.Heads; head++)
            {
                Copy(InBlock(block, plane, head), InSlot(plane, slot, head, index), bytes);
            }
        }
    }

    private float* InSlot(int plane, int slot, int head, int index) =>
        Slot(plane, slot) + ((((long)head * Geometry.Capacity) + ((long)index * Geometry.BlockSize)) * Geometry.HeadSize);

    private float* InBlock(float* block, int plane, int head) =>
        block + ((((long)plane * Geometry.Heads) + head) * Geometry.BlockSize * Geometry.HeadSize);

    private static void Copy(float* from, float* to, long bytes) => Buffer.MemoryCopy(from, to, bytes, bytes);
}
