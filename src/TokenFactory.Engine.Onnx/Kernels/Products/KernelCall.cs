using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// What a kernel is told, by the address of this. Offsets are part of the emitted code.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct KernelCall
{
    /// <summary>Bytes that Windows wants preserved of the vector registers.</summary>
    public const int SavedBytes = 160;

    /// <summary>The lower halves of bytes.</summary>
    public const uint LowNibbles = 0x0F0F0F0F;

    /// <summary>A packed tile.</summary>
    public byte* Weights;

    /// <summary>The first row's quantised activations.</summary>
    public ActivationBlock* Activations;

    /// <summary>Bytes from one row's activations to the next.</summary>
    public long ActivationStride;

    /// <summary>Blocks along a row; at least one.</summary>
    public long Blocks;

    /// <summary>Bytes from one tile to the next, of a kernel that takes several.</summary>
    public long TileStride;

    /// <summary>Bytes from the weights that are used to those that a kernel of one tile fetches meanwhile. These need not exist.</summary>
    public long Ahead;

    /// <summary>The first row's 32 results.</summary>
    public float* Output;

    /// <summary>Bytes from one row's results to the next, or from one tile's where the kernel takes several.</summary>
    public long OutputStride;

    /// <summary>A value of <see cref="LowNibbles"/>.</summary>
    public uint NibbleMask;

    /// <summary>Where the kernel keeps its caller's registers.</summary>
    public fixed byte Saved[SavedBytes];
}
