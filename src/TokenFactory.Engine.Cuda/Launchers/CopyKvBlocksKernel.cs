using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Copies KV blocks within their pool; <c>copy_kv_blocks.cu</c> has the shapes.</summary>
internal sealed unsafe class CopyKvBlocksKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 128;
    private const int BytesAtOnce = 16;

    private readonly Kernel _kernel = loader.Load("copy_kv_blocks");

    /// <summary>Enqueues copying block pairs[2i] to block pairs[2i + 1] in all planes.</summary>
    /// <param name="pool">Address, [planes][planeStride bytes].</param>
    /// <param name="pairs">Address, [count, 2]; no block is both a source and a target.</param>
    /// <param name="count">0 does nothing.</param>
    /// <param name="planes">Keys and values of all layers.</param>
    /// <param name="planeStride">Bytes from a plane to the next, a multiple of 16.</param>
    /// <param name="blockBytes">Bytes of a block in one plane, a multiple of 16.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint pool, nint pairs, int count, int planes, long planeStride, int blockBytes, CudaStream stream)
    {
        Debug.Assert(planeStride % BytesAtOnce == 0 && blockBytes > 0 && blockBytes % BytesAtOnce == 0, "blocks are copied 16 bytes at a time");
        if (count > 0)
        {
            _kernel.Launch(new LaunchGrid(count, planes), Threads, [(nint)(&pool), (nint)(&pairs), (nint)(&planeStride), (nint)(&blockBytes)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
