using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>
/// What is left to do to a product's results by the kernel that reads them: <c>LateNorm</c> in late_norm.cuh, byte for byte. Addresses lie on
/// the device. The default is nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LateNorm
{
    /// <summary>[rows, Width]: the product's rows, by whose root mean square the results are divided; 0 where they are normed.</summary>
    public nint X;

    /// <summary>[width of a result], added last; 0 for none.</summary>
    public nint Bias;

    /// <summary>[rows] of float: the scales of the product's FP8 rows; 0 for a product of elements.</summary>
    public nint RowScales;

    /// <summary>[width of a result] of float: the scales of the FP8 weights' rows; 0 for a product of elements.</summary>
    public nint ColumnScales;

    /// <summary>Even.</summary>
    public int Width;
    public float Epsilon;

    /// <summary>What results are multiplied by besides.</summary>
    public float Scale;
}
