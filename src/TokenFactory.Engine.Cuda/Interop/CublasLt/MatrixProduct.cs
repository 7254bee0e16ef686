using System.Diagnostics;
using static TokenFactory.Engine.Cuda.Interop.CublasLt.NativeCublasLt;

namespace TokenFactory.Engine.Cuda.Interop.CublasLt;

/// <summary>The shape of a product <c>y = x · wᵀ</c> of row-major matrices.</summary>
/// <param name="Rows">Rows of x and y: tokens.</param>
/// <param name="Out">Rows of w, columns of y.</param>
/// <param name="In">Columns of w and x.</param>
/// <param name="Operands">Format of x and w.</param>
/// <param name="Result">Format of y.</param>
internal readonly record struct ProductShape(int Rows, int Out, int In, MatrixType Operands, MatrixType Result);

/// <summary>
/// A product of one shape, described to cuBLASLt once. cuBLASLt counts columns first, so the row-major product is the column-major
/// <c>yᵀ = w · xᵀ</c>: w is its left operand, transposed.
/// </summary>
internal sealed unsafe class MatrixProduct : IDisposable
{
    private const int Compute32F = 68;
    private const int TransposeA = 3;
    private const int EpilogueAttribute = 7;
    private const int BiasPointer = 8;
    private const int Transposed = 1;
    private const int EpilogueBias = 4;
    private const int MaxWorkspaceAttribute = 1;

    private readonly CublasLtLibrary _library;
    private readonly nint _description;
    private readonly nint _weights;
    private readonly nint _x;
    private readonly nint _y;
    private readonly bool _hasBias;
    private nint _bias;

    /// <param name="library">The library's handle and workspace.</param>
    /// <param name="shape">What is multiplied.</param>
    /// <param name="hasBias">Whether a bias is added to each row of the result.</param>
    public MatrixProduct(CublasLtLibrary library, ProductShape shape, bool hasBias = false)
    {
        _library = library;
        _hasBias = hasBias;
        Shape = shape;
        Require(cublasLtMatmulDescCreate(out _description, Compute32F, (int)MatrixType.Float32), nameof(cublasLtMatmulDescCreate));
        Set(TransposeA, Transposed);
        if (hasBias)
        {
            Set(EpilogueAttribute, EpilogueBias);
        }
        _weights = Layout(shape.Operands, shape.In, shape.Out);
        _x = Layout(shape.Operands, shape.In, shape.Rows);
        _y = Layout(shape.Result, shape.Out, shape.Rows);
    }

    public ProductShape Shape { get; }

    /// <summary>How it is computed: one of <see cref="FindAlgorithms"/>, set before the first use.</summary>
    public MatmulAlgorithm Algorithm { get; set; }

    /// <summary>Algorithms that the library expects to be fast, the best first.</summary>
    /// <exception cref="CudaException">It offers none for this shape.</exception>
    public MatmulAlgorithm[] FindAlgorithms(int most)
    {
        Require(cublasLtMatmulPreferenceCreate(out nint preference), nameof(cublasLtMatmulPreferenceCreate));
        try
        {
            nuint workspace = (nuint)_library.WorkspaceBytes;
            Require(cublasLtMatmulPreferenceSetAttribute(preference, MaxWorkspaceAttribute, &workspace, (nuint)sizeof(nuint)), nameof(cublasLtMatmulPreferenceSetAttribute));
            MatmulHeuristic[] found = new MatmulHeuristic[most];
            fixed (MatmulHeuristic* first = found)
            {
                Require(
                    cublasLtMatmulAlgoGetHeuristic(_library.Handle, _description, _weights, _x, _y, _y, preference, most, first, out int count), nameof(cublasLtMatmulAlgoGetHeuristic));
                return [.. found.Take(count).Where(result => result.State == 0).Select(result => result.Algorithm)];
            }
        }
        finally
        {
            _ = cublasLtMatmulPreferenceDestroy(preference);
        }
    }

    /// <summary>Enqueues y = alpha · x · wᵀ + bias, or y += the same. Allocates nothing.</summary>
    /// <param name="y">Address, [Rows, Out].</param>
    /// <param name="x">Address, [Rows, In].</param>
    /// <param name="w">Address, [Out, In].</param>
    /// <param name="bias">Address, [Out] in the result's format; 0 where the product has none.</param>
    /// <param name="alpha">Scales the product.</param>
    /// <param name="adds">Whether y is added to.</param>
    /// <param name="stream">Where.</param>
    public void Enqueue(nint y, nint x, nint w, nint bias, float alpha, bool adds, nint stream)
    {
        Debug.Assert(_hasBias == (bias != 0), "a bias is there as the product was made for");
        if (bias != _bias)
        {
            // The library reads the description while it enqueues.
            Set(BiasPointer, bias);
            _bias = bias;
        }
        float beta = adds ? 1 : 0;
        MatmulAlgorithm algorithm = Algorithm;
        Require(
            cublasLtMatmul(
                _library.Handle, _description, &alpha, w, _weights, x, _x, &beta, y, _y, y, _y, &algorithm, _library.Workspace, (nuint)_library.WorkspaceBytes, stream),
            nameof(cublasLtMatmul));
    }

    public void Dispose()
    {
        _ = cublasLtMatrixLayoutDestroy(_y);
        _ = cublasLtMatrixLayoutDestroy(_x);
        _ = cublasLtMatrixLayoutDestroy(_weights);
        _ = cublasLtMatmulDescDestroy(_description);
    }

    private void Set<T>(int attribute, T value)
        where T : unmanaged => Require(cublasLtMatmulDescSetAttribute(_description, attribute, &value, (nuint)sizeof(T)), nameof(cublasLtMatmulDescSetAttribute));

    private static nint Layout(MatrixType type, int rows, int columns)
    {
        Require(cublasLtMatrixLayoutCreate(out nint layout, (int)type, (ulong)rows, (ulong)columns, rows), nameof(cublasLtMatrixLayoutCreate));
        return layout;
    }

    private static void Require(int status, string call) => CublasLtLibrary.Require(status, call);
}
