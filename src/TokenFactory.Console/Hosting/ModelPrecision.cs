namespace TokenFactory.Web.Hosting;

/// <summary>Where a model is computed.</summary>
public enum ModelDevice
{
    /// <summary>On GPUs where there are any whose kernels do the model, else on the processor.</summary>
    Auto,

    /// <summary>On the processor, by ONNX Runtime.</summary>
    Cpu,

    /// <summary>On NVIDIA GPUs, a replica on each.</summary>
    Cuda,
}

/// <summary>What a model's weights are kept in.</summary>
public enum ModelPrecision
{
    /// <summary>On a GPU bf16, or fp8 where the weights are stored so; on the processor fp32 up to 200 million parameters and int8 above.</summary>
    Auto,

    /// <summary>32-bit floating point; on the processor.</summary>
    Fp32,

    /// <summary>8-bit integers in blocks; on the processor.</summary>
    Int8,

    /// <summary>4-bit integers in blocks; on the processor.</summary>
    Int4,

    /// <summary>Brain floating point, 16 bits; on GPUs.</summary>
    Bf16,

    /// <summary>16-bit floating point; on GPUs.</summary>
    Fp16,

    /// <summary>8-bit floating point (E4M3) in the layers' matrices, with a scale for each row, and in what they are multiplied with; on GPUs of compute capability 8.9 and above.</summary>
    Fp8,
}

/// <summary>What a model's keys and values are kept in.</summary>
public enum KvPrecision
{
    /// <summary>On a GPU the weights' 16 bits; on the processor fp32 beside fp32 weights, else fp16.</summary>
    Auto,

    /// <summary>32-bit floating point; on the processor.</summary>
    Fp32,

    /// <summary>16-bit floating point; on the processor.</summary>
    Fp16,

    /// <summary>8-bit integers with a scale for each token and head, twice the tokens of fp16 in the same memory; on the processor.</summary>
    Int8,

    /// <summary>8-bit floating point (E4M3), twice the tokens in the same memory; on GPUs.</summary>
    Fp8,
}
