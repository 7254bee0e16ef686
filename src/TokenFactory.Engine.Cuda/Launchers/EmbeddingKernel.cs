using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Embedding rows of a step's tokens; <c>embedding.cu</c> has the shapes.</summary>
internal sealed unsafe class EmbeddingKernel(KernelLoader loader) : IDisposable
{
    /// <summary>Stands in for a token that the device has sampled and the host does not know yet.</summary>
    public const int LastSampled = -1;

    private const int Threads = 128;

    private readonly Kernel _kernel = loader.Load("embedding", 0, $"LAST_SAMPLED=({LastSampled})");

    /// <summary>Enqueues result[i] = table[tokens[i]] * scale.</summary>
    /// <param name="result">Address, [count, width].</param>
    /// <param name="tokens">Address, [count]; <see cref="LastSampled"/> takes the last sampled token of the row.</param>
    /// <param name="rows">Address, [count]: the row of each token.</param>
    /// <param name="lastSampled">Address, [rows].</param>
    /// <param name="table">Address, [vocabulary, width].</param>
    /// <param name="count">0 does nothing.</param>
    /// <param name="width">Even.</param>
    /// <param name="scale">1 copies.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint tokens, nint rows, nint lastSampled, nint table, int count, int width, float scale, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (count > 0)
        {
            _kernel.Launch(
                new LaunchGrid(count), Threads,
                [(nint)(&result), (nint)(&tokens), (nint)(&rows), (nint)(&lastSampled), (nint)(&table), (nint)(&width), (nint)(&scale)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
