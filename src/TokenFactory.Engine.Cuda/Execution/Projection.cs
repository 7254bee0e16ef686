using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// The products with one kind of matrix, for instance the q/k/v matrices of all layers: one for each bucket of rows, with the algorithm that
/// was fastest for it. All are made and timed at load, so that a step makes nothing.
/// </summary>
internal sealed class Projection : IDisposable
{
    private const int MostAlgorithms = 8;
    private const int Repeats = 3;

    private readonly CublasLtLibrary _library;
    private readonly CudaStream _stream;
    private readonly bool _hasBias;
    private readonly Dictionary<int, MatrixProduct> _products = [];

    /// <param name="library">Computes.</param>
    /// <param name="stream">Where.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public Projection(CublasLtLibrary library, CudaStream stream, bool hasBias) => (_library, _stream, _hasBias) = (library, stream, hasBias);

    /// <summary>Makes the product of a shape, whose row count is a bucket, and times algorithms for it. The contents of y are lost by that.</summary>
    /// <param name="shape">What is multiplied.</param>
    /// <param name="y">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs].</param>
    /// <param name="matrices">Some of the matrices, [outputs, inputs], and their biases: taken in turn, as the layers of a step take them, so that no cache holds them.</param>
    /// <exception cref="CudaException">The library offers no algorithm.</exception>
    public void Make(ProductShape shape, nint y, nint x, ReadOnlySpan<(nint Weights, nint Bias)> matrices)
    {
        MatrixProduct product = new(_library, shape, _hasBias);
        _products.Add(shape.Rows, product);
        MatmulAlgorithm[] offered = product.FindAlgorithms(MostAlgorithms);
        product.Algorithm = offered[0];
        if (offered.Length == 1)
        {
            return;
        }
        MatmulAlgorithm fastest = offered[0];
        TimeSpan best = TimeSpan.MaxValue;
        using CudaEvent begin = new();
        using CudaEvent end = new();
        foreach (MatmulAlgorithm algorithm in offered)
        {
            product.Algorithm = algorithm;
            TimeSpan time = Time(product, y, x, matrices, begin, end);
            (fastest, best) = time < best ? (algorithm, time) : (fastest, best);
        }
        product.Algorithm = fastest;
    }

    /// <summary>Enqueues y = x · wᵀ + bias, or y += the same.</summary>
    /// <param name="y">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs].</param>
    /// <param name="w">Address, [outputs, inputs].</param>
    /// <param name="bias">Address, [outputs]; 0 for none.</param>
    /// <param name="rows">A bucket that was made.</param>
    /// <param name="adds">Whether y is added to.</param>
    public void Enqueue(nint y, nint x, nint w, nint bias, int rows, bool adds) => _products[rows].Enqueue(y, x, w, bias, adds, _stream.Value);

    public void Dispose()
    {
        foreach (MatrixProduct product in _products.Values)
        {
            product.Dispose();
        }
    }

    private TimeSpan Time(MatrixProduct product, nint y, nint x, ReadOnlySpan<(nint Weights, nint Bias)> matrices, CudaEvent begin, CudaEvent end)
    {
        try
        {
            // The first use may load code, and its time tells nothing.
            for (int i = 0; i <= Repeats; i++)
            {
                if (i == 1)
                {
                    begin.Record(_stream);
                }
                (nint w, nint bias) = matrices[i % matrices.Length];
                product.Enqueue(y, x, w, bias, adds: false, _stream.Value);
            }
            end.Record(_stream);
            end.Wait();
            return end.Since(begin);
        }
        catch (CudaException)
        {
            // The library may offer what it then refuses, for instance for a pointer's alignment.
            return TimeSpan.MaxValue;
        }
    }
}
