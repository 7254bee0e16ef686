using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// The products with one kind of matrix, for instance the q/k/v matrices of all layers: one for each bucket of rows, computed by what was
/// fastest for it, an algorithm of cuBLASLt or, for a few rows, our own kernel. All are made and timed at load, so that a step makes nothing.
/// </summary>
/// <param name="library">Computes.</param>
/// <param name="stream">Where.</param>
/// <param name="hasBias">Whether the product adds a bias.</param>
/// <param name="few">Computes a few rows; null where it can't, for instance because it adds no bias.</param>
/// <param name="normEpsilon">
/// Where the matrix follows a norm whose weights are in it: the norm's epsilon. The norm itself is then done by <paramref name="few"/>, or left
/// to the kernel that reads the results, which <see cref="LeftOf"/> tells.
/// </param>
internal sealed class Projection(CublasLtLibrary library, CudaStream stream, bool hasBias, GemvKernel? few = null, float? normEpsilon = null) : IDisposable
{
    private const int MostAlgorithms = 8;
    private const int Repeats = 3;

    // Results before their norm are as large as the residual stream's numbers, which may be hundreds of times what a norm leaves; with fp16
    // they would come near its largest number. A power of two costs no digit.
    private const float Shrink = 1f / 16;

    private readonly float _alpha = normEpsilon is null ? 1 : Shrink;
    private readonly Dictionary<int, Choice> _choices = [];

    /// <summary>Makes the product of a shape, whose row count is a bucket, and times the ways to compute it. The contents of y are lost by that.</summary>
    /// <param name="shape">What is multiplied.</param>
    /// <param name="y">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs].</param>
    /// <param name="matrices">Some of the matrices, [outputs, inputs], and their biases: taken in turn, as the layers of a step take them, so that no cache holds them.</param>
    /// <exception cref="CudaException">The library offers no algorithm.</exception>
    public void Make(ProductShape shape, nint y, nint x, ReadOnlySpan<(nint Weights, nint Bias)> matrices)
    {
        MatrixProduct product = new(library, shape, hasBias);
        _choices.Add(shape.Rows, new Choice(product, false));
        MatmulAlgorithm[] offered = product.FindAlgorithms(MostAlgorithms);
        product.Algorithm = offered[0];
        bool isFew = few is not null && few.Takes(shape.Rows, shape.In);
        if (offered.Length == 1 && !isFew)
        {
            return;
        }
        MatmulAlgorithm fastest = offered[0];
        TimeSpan best = TimeSpan.MaxValue;
        foreach (MatmulAlgorithm algorithm in offered)
        {
            product.Algorithm = algorithm;
            TimeSpan time = Time(shape.Rows, y, x, matrices, best);
            (fastest, best) = time < best ? (algorithm, time) : (fastest, best);
        }
        product.Algorithm = fastest;
        if (isFew)
        {
            _choices[shape.Rows] = new Choice(product, true);
            bool isFaster = Time(shape.Rows, y, x, matrices, best) < best;
            _choices[shape.Rows] = new Choice(product, isFaster);
        }
    }

    /// <summary>Enqueues y = x · wᵀ + bias, or y += the same; less what <see cref="LeftOf"/> tells.</summary>
    /// <param name="y">Address, [rows, outputs].</param>
    /// <param name="x">Address, [rows, inputs].</param>
    /// <param name="w">Address, [outputs, inputs].</param>
    /// <param name="bias">Address, [outputs]; 0 for none.</param>
    /// <param name="rows">A bucket that was made.</param>
    /// <param name="adds">Whether y is added to.</param>
    public void Enqueue(nint y, nint x, nint w, nint bias, int rows, bool adds)
    {
        Choice choice = _choices[rows];
        if (choice.IsFew)
        {
            ProductShape shape = choice.Product.Shape;
            few!.Launch(y, x, w, adds ? y : 0, rows, shape.In, shape.Out, normEpsilon ?? 0, stream);
        }
        else
        {
            choice.Product.Enqueue(y, x, w, bias, _alpha, adds, stream.Value);
        }
    }

    /// <summary>What the kernel that reads the results still has to do to them.</summary>
    /// <param name="rows">The bucket.</param>
    /// <param name="x">Address of the product's rows.</param>
    /// <param name="bias">Address of a bias that the product does not add; 0 for none.</param>
    public LateNorm LeftOf(int rows, nint x, nint bias)
    {
        Choice choice = _choices[rows];
        return normEpsilon is not { } epsilon || choice.IsFew
            ? new LateNorm { Bias = bias }
            : new LateNorm { X = x, Bias = bias, Width = choice.Product.Shape.In, Epsilon = epsilon, Scale = 1 / _alpha };
    }

    public void Dispose()
    {
        foreach (Choice choice in _choices.Values)
        {
            choice.Product.Dispose();
        }
    }

    // Time of some uses; the most there is where one use alone takes longer than `best`, or the library refuses what it offered, for
    // instance for a pointer's alignment.
    private TimeSpan Time(int rows, nint y, nint x, ReadOnlySpan<(nint Weights, nint Bias)> matrices, TimeSpan best)
    {
        try
        {
            // The first use may load code, and its time tells nothing.
            Run(rows, y, x, matrices, 1);
            return Run(rows, y, x, matrices, 1) > best ? TimeSpan.MaxValue : Run(rows, y, x, matrices, Repeats);
        }
        catch (CudaException refusal) when (!refusal.IsDeviceLost)
        {
            return TimeSpan.MaxValue;
        }
    }

    private TimeSpan Run(int rows, nint y, nint x, ReadOnlySpan<(nint Weights, nint Bias)> matrices, int uses)
    {
        Debug.Assert(matrices.Length > 0, "there is something to multiply with");
        using CudaEvent begin = new();
        using CudaEvent end = new();
        begin.Record(stream);
        for (int i = 0; i < uses; i++)
        {
            (nint w, nint bias) = matrices[i % matrices.Length];
            Enqueue(y, x, w, bias, rows, adds: false);
        }
        end.Record(stream);
        end.Wait();
        return end.Since(begin);
    }

    private readonly record struct Choice(MatrixProduct Product, bool IsFew);
}
