using TokenFactory.Engine.Onnx.Kv;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>The memory of all KV blocks of a model. A page of it, 2 MiB where the system has large ones, costs nothing until a token is written there.</summary>
internal sealed unsafe class KvPool : IDisposable
{
    private readonly NativeRegion _region;

    /// <exception cref="InsufficientMemoryException">The system refuses the address space.</exception>
    public KvPool(KvPoolLayout layout, int blocks)
    {
        (Layout, Blocks) = (layout, blocks);
        _region = new NativeRegion(checked(layout.BlockBytes * blocks));
        HugePages.Advise(_region.Base, _region.ByteCount);
    }

    public KvPoolLayout Layout { get; }

    public int Blocks { get; }

    public byte* Base => _region.Base;

    public long ByteCount => _region.ByteCount;

    public void Dispose() => _region.Dispose();
}
