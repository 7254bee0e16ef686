namespace TokenFactory.Engine.Cuda;

/// <summary>How weights and activations are held on the device.</summary>
public enum CudaPrecision
{
    /// <summary>bf16: the range of float with 8 bits of mantissa.</summary>
    BFloat16,

    /// <summary>fp16: 11 bits of mantissa, largest 65,504.</summary>
    Float16,
}
