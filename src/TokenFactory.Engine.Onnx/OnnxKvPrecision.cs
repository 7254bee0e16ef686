namespace TokenFactory.Engine.Onnx;

/// <summary>How keys and values are kept on the CPU.</summary>
public enum OnnxKvPrecision
{
    /// <summary>Float32 beside float32 weights, float16 beside quantised ones.</summary>
    Auto,

    Fp32,

    Fp16,

    /// <summary>8 bits with a scale for each token and head: half the memory and the reading of float16.</summary>
    Int8,
}
