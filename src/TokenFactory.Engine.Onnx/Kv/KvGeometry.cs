using TokenFactory.Engine.Onnx.Attention;

namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>Extents of the KV memory.</summary>
/// <param name="Layout">Of a block.</param>
/// <param name="Blocks">Blocks of the pool.</param>
/// <param name="Sequences">Sequences that run at once.</param>
/// <param name="Capacity">Tokens of the longest sequence.</param>
internal sealed record KvGeometry(KvPoolLayout Layout, int Blocks, int Sequences, int Capacity)
{
    public int BlockSize => Layout.BlockSize;

    public long PoolBytes => Layout.BlockBytes * Blocks;

    /// <summary>Bytes of one token over all layers, its part of what a block is rounded up to.</summary>
    public long TokenBytes => Layout.BlockBytes / Layout.BlockSize;
}
