using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Sums the results of each row's experts; <c>expert_sum.cu</c> has the shapes.</summary>
internal sealed unsafe class ExpertSumKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 256;
    private const int PairsOfThread = 2;

    private readonly Kernel _kernel = loader.Load("expert_sum");

    /// <summary>Enqueues x = (x +) sum of weight * y.</summary>
    /// <param name="x">Address, [rows, width].</param>
    /// <param name="y">Address, [places, width].</param>
    /// <param name="places">Address, [rows, chosen]: where the result of each of a row's experts lies.</param>
    /// <param name="weights">Address, [rows, chosen] float.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="chosen">Experts of a row.</param>
    /// <param name="width">Even.</param>
    /// <param name="adds">Whether x is added to.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint x, nint y, nint places, nint weights, int rows, int chosen, int width, bool adds, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 2 == 0, "a row is read two elements at a time");
        if (rows > 0)
        {
            const int PairsOfBlock = Threads * PairsOfThread;
            int pieces = ((width / 2) + PairsOfBlock - 1) / PairsOfBlock, addsToX = adds ? 1 : 0;
            _kernel.Launch(
                new LaunchGrid(rows, pieces), Threads,
                [(nint)(&x), (nint)(&y), (nint)(&places), (nint)(&weights), (nint)(&chosen), (nint)(&width), (nint)(&addsToX)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
