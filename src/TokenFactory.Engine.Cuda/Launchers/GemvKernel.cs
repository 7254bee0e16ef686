using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>What <see cref="GemvKernel"/> multiplies.</summary>
internal enum GemvOperands
{
    /// <summary>Rows and weights are elements.</summary>
    Elements,

    /// <summary>The same, and rows are RMS-normed, by weights that are folded into the matrix.</summary>
    Normed,

    /// <summary>Rows and weights are E4M3, whose scales are left to the kernel that reads the results.</summary>
    Fp8,
}

/// <summary>A few rows times a matrix of weights, with code for some numbers of rows; <c>gemv.cu</c> has the shapes.</summary>
internal sealed unsafe class GemvKernel : IDisposable
{
    /// <summary>Most rows of a launch; with more, a matrix product on tensor cores is faster.</summary>
    public const int MostRows = 8;

    private const int Threads = 256;
    private const int OutputsOfBlock = Threads / 32;
    private const int BytesAtOnce = 16;

    private readonly Dictionary<int, Kernel> _kernels;
    private readonly int _inputsAtOnce;

    /// <param name="loader">Compiles it.</param>
    /// <param name="operands">What it multiplies.</param>
    /// <param name="rows">Numbers of rows that it will be launched for, each 1 to <see cref="MostRows"/>.</param>
    public GemvKernel(KernelLoader loader, GemvOperands operands, params IEnumerable<int> rows)
    {
        _inputsAtOnce = operands == GemvOperands.Fp8 ? BytesAtOnce : BytesAtOnce / 2;
        string[] constants = operands switch { GemvOperands.Normed => ["NORM"], GemvOperands.Fp8 => ["FP8"], _ => [] };
        _kernels = rows.ToDictionary(count => count, count => loader.Load("gemv", 0, [$"ROWS={count}", .. constants]));
    }

    /// <summary>Whether it was made for so many rows, and rows of this length can be read 16 bytes at a time.</summary>
    public bool Takes(int rows, int inputs) => _kernels.ContainsKey(rows) && inputs > 0 && inputs % _inputsAtOnce == 0;

    /// <summary>Enqueues result = x * weights^T (+ residual).</summary>
    /// <param name="result">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs]; not within <paramref name="result"/>.</param>
    /// <param name="weights">Address, [outputs, inputs], a multiple of 16.</param>
    /// <param name="residual">Address, [rows, outputs], may be <paramref name="result"/>; 0 for none.</param>
    /// <param name="rows">One of those it was made for.</param>
    /// <param name="inputs">A multiple of 8, of 16 with FP8.</param>
    /// <param name="outputs">Rows of the matrix.</param>
    /// <param name="epsilon">Added to the mean square; read with norms only.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint x, nint weights, nint residual, int rows, int inputs, int outputs, float epsilon, CudaStream stream)
    {
        Debug.Assert(Takes(rows, inputs) && x % 16 == 0 && weights % 16 == 0, "rows are read 16 bytes at a time");
        Debug.Assert(outputs > 0, "there is something to compute");
        _kernels[rows].Launch(
            new LaunchGrid((outputs + OutputsOfBlock - 1) / OutputsOfBlock), Threads,
            [(nint)(&result), (nint)(&x), (nint)(&weights), (nint)(&residual), (nint)(&inputs), (nint)(&outputs), (nint)(&epsilon)], stream);
    }

    public void Dispose()
    {
        foreach (Kernel kernel in _kernels.Values)
        {
            kernel.Dispose();
        }
    }
}
