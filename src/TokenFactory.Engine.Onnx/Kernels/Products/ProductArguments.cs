namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>y[n, N] = x[n, K] · Wᵀ with W packed and x quantised; both belong to the caller and stay where they are.</summary>
internal unsafe struct ProductArguments
{
    /// <summary>[N, K] in the <see cref="PackedFormat"/>.</summary>
    public byte* Weights;

    /// <summary>n rows that <see cref="Product.Quantize"/> has written.</summary>
    public byte* Scratch;

    /// <summary>[n, N].</summary>
    public float* Output;

    /// <summary>Values from one row of the output to the next; at least N.</summary>
    public long OutputStride;

    /// <summary>n.</summary>
    public int Count;

    /// <summary>N.</summary>
    public int Rows;

    /// <summary>K.</summary>
    public int Columns;

    /// <summary>4 or 8.</summary>
    public int Bits;

    /// <summary><see cref="ProductKernels.Table"/> for <see cref="Bits"/>.</summary>
    public KernelTable* Kernels;
}
