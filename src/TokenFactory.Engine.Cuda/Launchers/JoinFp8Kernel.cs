using System.Diagnostics;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Adds a part of a layer to the residual stream and makes the next product's FP8 rows; <c>join_fp8.cu</c> has the shapes.</summary>
/// <param name="loader">Compiles it.</param>
/// <param name="width">Numbers of a row, a multiple of 4.</param>
internal sealed unsafe class JoinFp8Kernel(KernelLoader loader, int width) : IDisposable
{
    private const int Threads = 256;

    private readonly Kernel _kernel = loader.Load("join_fp8", (Threads / 32 * sizeof(float)) + (width * sizeof(float)));

    /// <summary>Enqueues it.</summary>
    /// <param name="arguments">What it works on; the width is the kernel's own.</param>
    /// <param name="rows">0 does nothing.</param>
    /// <param name="stream">Where.</param>
    public void Launch(JoinFp8Arguments arguments, int rows, CudaStream stream)
    {
        Debug.Assert(width > 0 && width % 4 == 0, "a row is read four numbers at a time");
        arguments.Width = width;
        if (rows > 0)
        {
            _kernel.Launch(new LaunchGrid(rows), Threads, [(nint)(&arguments)], stream);
        }
    }

    public void Dispose() => _kernel.Dispose();
}

/// <summary>What <see cref="JoinFp8Kernel"/> works on: <c>Join</c> in join_fp8.cu, byte for byte. Addresses lie on the device, 0 for what is not there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct JoinFp8Arguments
{
    /// <summary>[rows, width]: the residual stream, written where a result joins.</summary>
    public nint X;

    /// <summary>[rows, width]: what the result is added to, usually <see cref="X"/>; 0 for nothing.</summary>
    public nint Residual;

    /// <summary>[rows, width]: the part's result; 0 where nothing joins.</summary>
    public nint Result;

    /// <summary>[rows] of float: the scales of the result's rows; 0 where it is whole.</summary>
    public nint RowScales;

    /// <summary>[width] of float: the scales of the result's columns; 0 where it is whole.</summary>
    public nint ColumnScales;

    /// <summary>[width], added to the result; 0 for none.</summary>
    public nint Bias;

    /// <summary>[width]: the norm of the result before it joins; 0 for none.</summary>
    public nint PostNorm;

    /// <summary>[width]: the norm before the next product; 0 where none follows.</summary>
    public nint Norm;

    /// <summary>[rows, width] of E4M3: the next product's rows.</summary>
    public nint Out;

    /// <summary>[rows] of float: their scales; may be <see cref="RowScales"/>.</summary>
    public nint Scales;

    /// <summary>The launcher sets it.</summary>
    public int Width;
    public float Epsilon;

    /// <summary>Added to the norms' weights.</summary>
    public float WeightOffset;
}
