using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// The products of a model, by shape and bias, each with the algorithm that was fastest when it was made. Made at the first use of a shape,
/// which times some algorithms on the buffers at hand; the contents of the result are lost by that.
/// </summary>
internal sealed class MatrixProducts(CublasLtLibrary library, CudaStream stream, MatrixType operands) : IDisposable
{
    private const int MostAlgorithms = 8;
    private const int Repeats = 3;

    private readonly Dictionary<(ProductShape Shape, nint Bias), MatrixProduct> _products = [];

    /// <summary>Enqueues y = x · wᵀ + bias, or y += the same.</summary>
    /// <param name="y">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs].</param>
    /// <param name="w">Address, [outputs, inputs].</param>
    /// <param name="bias">Address, [outputs]; 0 for none.</param>
    /// <param name="rows">A bucket.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="adds">Whether y is added to.</param>
    /// <param name="isFloat">Whether y is float rather than elements.</param>
    public void Enqueue(nint y, nint x, nint w, nint bias, int rows, int outputs, int inputs, bool adds, bool isFloat = false)
    {
        ProductShape shape = new(rows, outputs, inputs, operands, isFloat ? MatrixType.Float32 : operands);
        if (!_products.TryGetValue((shape, bias), out MatrixProduct? product))
        {
            // Algorithms of one shape are chosen once, whatever the bias is.
            MatrixProduct? twin = _products.FirstOrDefault(made => made.Key.Shape == shape).Value;
            product = new MatrixProduct(library, shape, bias);
            product.Algorithm = twin?.Algorithm ?? product.FindAlgorithms(1)[0];
            _products.Add((shape, bias), product);
        }
        product.Enqueue(y, x, w, adds, stream.Value);
    }

    /// <summary>Times algorithms for a shape and keeps the fastest; before the shape is used, and not while the stream records.</summary>
    public void Tune(nint y, nint x, nint w, nint bias, int rows, int outputs, int inputs, bool isFloat = false)
    {
        ProductShape shape = new(rows, outputs, inputs, operands, isFloat ? MatrixType.Float32 : operands);
        if (_products.ContainsKey((shape, bias)))
        {
            return;
        }
        MatrixProduct product = new(library, shape, bias);
        _products.Add((shape, bias), product);
        TimeSpan best = TimeSpan.MaxValue;
        using CudaEvent begin = new();
        using CudaEvent end = new();
        foreach (MatmulAlgorithm algorithm in product.FindAlgorithms(MostAlgorithms))
        {
            MatmulAlgorithm kept = product.Algorithm;
            product.Algorithm = algorithm;
            TimeSpan time = Time(product, y, x, w, begin, end);
            if (time < best)
            {
                best = time;
            }
            else
            {
                product.Algorithm = kept;
            }
        }
    }

    public void Dispose()
    {
        foreach (MatrixProduct product in _products.Values)
        {
            product.Dispose();
        }
    }

    private TimeSpan Time(MatrixProduct product, nint y, nint x, nint w, CudaEvent begin, CudaEvent end)
    {
        try
        {
            product.Enqueue(y, x, w, adds: false, stream.Value);
            begin.Record(stream);
            for (int i = 0; i < Repeats; i++)
            {
                product.Enqueue(y, x, w, adds: false, stream.Value);
            }
            end.Record(stream);
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
