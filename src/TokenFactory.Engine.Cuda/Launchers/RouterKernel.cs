using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Chooses experts for rows; <c>router.cu</c> has the shapes.</summary>
internal sealed unsafe class RouterKernel : IDisposable
{
    /// <summary>Most experts of a layer.</summary>
    public const int MostExperts = 1024;

    /// <summary>Most experts of a row.</summary>
    public const int MostChosen = 32;

    private const int Threads = 512;

    // With this many rows, reading the router's matrix for each of them costs more than blocks that stay idle.
    private const int ManyRows = 256;
    private const int RowsAtOnce = 4;

    private readonly Kernel _few;
    private readonly Kernel _many;

    /// <param name="loader">Compiles it.</param>
    /// <param name="experts">At most <see cref="MostExperts"/>.</param>
    /// <param name="normalises">Whether a row's weights sum to 1.</param>
    public RouterKernel(KernelLoader loader, int experts, bool normalises)
    {
        Debug.Assert(experts is > 0 and <= MostExperts, "a lane remembers its choices in 32 bits");
        string[] constants = normalises ? ["NORMALISES"] : [];
        _few = loader.Load("router", experts * sizeof(float), ["ROWS=1", .. constants]);
        _many = loader.Load("router", RowsAtOnce * experts * sizeof(float), [$"ROWS={RowsAtOnce}", .. constants]);
    }

    /// <summary>Enqueues the choice of experts.</summary>
    /// <param name="choices">Address, [rows, chosen] int.</param>
    /// <param name="weights">Address, [rows, chosen] float.</param>
    /// <param name="x">Address, [rows, width], a multiple of 16.</param>
    /// <param name="router">Address, [experts, width], a multiple of 16.</param>
    /// <param name="bias">Address, [experts]; 0 for none.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="width">A multiple of 8.</param>
    /// <param name="experts">Those that it was made for.</param>
    /// <param name="chosen">At most <see cref="MostChosen"/> and <paramref name="experts"/>.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint choices, nint weights, nint x, nint router, nint bias, int rows, int width, int experts, int chosen, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 8 == 0 && x % 16 == 0 && router % 16 == 0, "rows are read 16 bytes at a time");
        Debug.Assert(chosen > 0 && chosen <= Math.Min(experts, MostChosen), "a lane keeps one choice");
        if (rows == 0)
        {
            return;
        }
        (Kernel kernel, int ofBlock) = rows < ManyRows ? (_few, 1) : (_many, RowsAtOnce);
        kernel.Launch(
            new LaunchGrid((rows + ofBlock - 1) / ofBlock), Threads,
            [(nint)(&choices), (nint)(&weights), (nint)(&x), (nint)(&router), (nint)(&bias), (nint)(&rows), (nint)(&width), (nint)(&experts), (nint)(&chosen)], stream);
    }

    public void Dispose()
    {
        _few.Dispose();
        _many.Dispose();
    }
}
