using TokenFactory.Engine.Onnx.Memory;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>The memory of all KV blocks of a model. A page of it, 2 MiB where the system has large ones, costs nothing until a token is written there.</summary>
internal sealed unsafe class KvPool : IDisposable
{
    private readonly NativeRegion _region;

    /// <exception cref="InsufficientMemoryException">The system refuses the address space.</exception>
    public KvPool(KvPoolLayout layout, int blocks)
    {
        (Layout, Blocks) = (layout, blocks);
        // Blocks lie anywhere, and a head's keys and values of one take as little as a small page: each would cost a walk through the page table.
        _region = new NativeRegion(checked(layout.BlockBytes * blocks), largePages: true);
    }

    public KvPoolLayout Layout { get; }

    public int Blocks { get; }

    public byte* Base => _region.Base;

    public long ByteCount => _region.ByteCount;

    public void Dispose() => _region.Dispose();
}
