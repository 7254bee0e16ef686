using TokenFactory.Engine.KvCache;

namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>What is known of the sequence that holds a row.</summary>
internal sealed class KvRow
{
    /// <summary>The slot that holds its keys and values; -1: they lie in pool and tail only.</summary>
    public int Slot = -1;

    /// <summary>Tokens computed.</summary>
    public int Length;

    /// <summary>The block whose first part the row's tail keeps; -1: none.</summary>
    public int TailIndex = -1;

    /// <summary>Its block table; blocks below <see cref="Length"/> / block size are in the pool.</summary>
    public KvBlockTable? Blocks;
}
