using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Orders (row, expert) pairs by expert; <c>expert_order.cu</c> has the shapes.</summary>
/// <param name="loader">Compiles it.</param>
/// <param name="experts">Of a layer.</param>
internal sealed unsafe class ExpertOrderKernel(KernelLoader loader, int experts) : IDisposable
{
    private const int Threads = 256;

    private readonly Kernel _kernel = loader.Load("expert_order", (experts + (Threads / 32)) * sizeof(int));

    /// <summary>Enqueues the ordering.</summary>
    /// <param name="order">Address, [pairs]: takes the pair in each place.</param>
    /// <param name="places">Address, [pairs]: takes the place of each pair.</param>
    /// <param name="tiles">Address, room for <see cref="ExpertTiles.Most"/> tiles.</param>
    /// <param name="tileCount">Address of an int.</param>
    /// <param name="choices">Address, [pairs]: the expert of each, from 0 and below those it was made for.</param>
    /// <param name="pairs">0 does nothing.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint order, nint places, nint tiles, nint tileCount, nint choices, int pairs, CudaStream stream)
    {
        Debug.Assert(tiles % sizeof(int) == 0, "tiles are ints");
        if (pairs > 0)
        {
            int tileRows = ExpertTiles.RowsFor(pairs, experts);
            _kernel.Launch(
                new LaunchGrid(experts), Threads, [(nint)(&order), (nint)(&places), (nint)(&tiles), (nint)(&tileCount), (nint)(&choices), (nint)(&pairs), (nint)(&tileRows)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
