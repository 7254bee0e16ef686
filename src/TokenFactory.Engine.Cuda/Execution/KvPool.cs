using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Keys and values of all blocks: a plane for the keys and one for the values of each layer. One block more than the scheduler knows takes
/// what fill-up rows write.
/// </summary>
internal sealed class KvPool : IDisposable
{
    private readonly DeviceMemory _memory;
    private readonly long _planeBytes;

    public KvPool(ModelSpec spec, KvShape shape, int blocks)
    {
        Blocks = blocks;
        _planeBytes = PlaneBytesOf(spec, shape) * (blocks + 1);
        _memory = new DeviceMemory(2 * spec.Layers * _planeBytes);
    }

    /// <summary>Blocks for the scheduler; the number <c>Blocks</c> is the one that fill-up rows write.</summary>
    public int Blocks { get; }

    public int SpareBlock => Blocks;

    public long Bytes => _memory.Bytes;

    /// <summary>Bytes of one block in all planes.</summary>
    public static long BlockBytesOf(ModelSpec spec, KvShape shape) => 2 * spec.Layers * PlaneBytesOf(spec, shape);

    public nint Keys(int layer) => _memory.Value + (nint)(2 * layer * _planeBytes);

    public nint Values(int layer) => _memory.Value + (nint)(((2 * layer) + 1) * _planeBytes);

    public void Dispose() => _memory.Dispose();

    private static long PlaneBytesOf(ModelSpec spec, KvShape shape) => (long)spec.KeyValueSize * shape.BlockSize * (shape.IsFp8 ? 1 : 2);
}
