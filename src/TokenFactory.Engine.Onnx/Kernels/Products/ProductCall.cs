using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>What an emitted kernel reads: a few rows against a few neighbouring tiles. <see cref="ProductEmitter"/> knows the offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProductCall
{
    /// <summary>The first tile.</summary>
    public byte* Weights;

    /// <summary>Bytes from a tile to the next.</summary>
    public long TileBytes;

    /// <summary>The first quantised row.</summary>
    public byte* Rows;

    /// <summary>Bytes from a row to the next.</summary>
    public long RowBytes;

    /// <summary>Blocks of a row.</summary>
    public long Blocks;

    /// <summary>Where the first row's first feature goes.</summary>
    public float* Results;

    /// <summary>Bytes from a row of results to the next.</summary>
    public long ResultBytes;

    /// <summary>Added to every row, from the first feature on; null: nothing.</summary>
    public float* Bias;

    /// <summary>Which features of the last tile exist, a bit each.</summary>
    public long LastMask;
}
