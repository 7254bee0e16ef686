using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Writes records into a table; <c>scatter.cu</c> has the shapes.</summary>
internal sealed unsafe class ScatterKernel(KernelLoader loader) : IDisposable
{
    private const int Threads = 32;

    private readonly Kernel _kernel = loader.Load("scatter");

    /// <summary>Enqueues table[indices[i]] = records[i].</summary>
    /// <param name="table">Address, [any, words].</param>
    /// <param name="records">Address, [count, words] of 32 bits.</param>
    /// <param name="indices">Address, [count], none twice; a negative one writes nothing.</param>
    /// <param name="count">0 does nothing.</param>
    /// <param name="words">Of a record.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint table, nint records, nint indices, int count, int words, CudaStream stream)
    {
        if (count > 0)
        {
            _kernel.Launch(new LaunchGrid(count), Threads, [(nint)(&table), (nint)(&records), (nint)(&indices), (nint)(&words)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}
