namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>Extents of the KV memory. A "plane" is the keys or the values of one layer.</summary>
/// <param name="Planes">2 · layers: keys of layer 0, values of layer 0, keys of layer 1, …</param>
/// <param name="Heads">KV heads.</param>
/// <param name="HeadSize">Floats of a head.</param>
/// <param name="Slots">Sequences that lie ready for computation, one each row.</param>
/// <param name="Capacity">Tokens of a slot: the longest sequence.</param>
/// <param name="BlockSize">Tokens of a block.</param>
/// <param name="Blocks">Blocks of the pool.</param>
internal sealed record KvGeometry(int Planes, int Heads, int HeadSize, int Slots, int Capacity, int BlockSize, int Blocks)
{
    /// <summary>Bytes of one token over all planes.</summary>
    public long TokenBytes => (long)Planes * Heads * HeadSize * sizeof(float);

    public long BlockBytes => TokenBytes * BlockSize;

    /// <summary>Floats of one slot in one plane, [heads, capacity, head size].</summary>
    public long SlotPlaneFloats => (long)Heads * Capacity * HeadSize;

    /// <summary>Most bytes that the slots can come to, every one of them full.</summary>
    public long SlotBytes => SlotPlaneFloats * Slots * Planes * sizeof(float);

    public long PoolBytes => BlockBytes * Blocks;
}
