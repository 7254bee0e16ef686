namespace TokenFactory.Engine.Cuda;

/// <summary>How weights and activations are held on the device.</summary>
public enum CudaPrecision
{
    /// <summary>bf16: the range of float with 8 bits of mantissa.</summary>
    BFloat16,

    /// <summary>fp16: 11 bits of mantissa, largest 65,504.</summary>
    Float16,

    /// <summary>
    /// FP8 (E4M3) weights of the layers, with a scale for each row of a matrix, and FP8 rows of activations in their products, with a scale for
    /// each token; bf16 for all else. For devices of compute capability 8.9 and above.
    /// </summary>
    Fp8,
}
