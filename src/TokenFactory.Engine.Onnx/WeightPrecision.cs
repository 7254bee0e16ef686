namespace TokenFactory.Engine.Onnx;

/// <summary>How the projections' weights are held and multiplied. Norms, biases, the KV cache and the embedding rows stay float32.</summary>
public enum WeightPrecision
{
    /// <summary>float32 up to 200 million parameters, int8 above.</summary>
    Auto,

    /// <summary>float32 throughout.</summary>
    Fp32,

    /// <summary>8 bits in blocks of 32, activations quantised to 8 bits as well.</summary>
    Int8,

    /// <summary>4 bits in blocks of 32, the head 8 bits; activations as for <see cref="Int8"/>.</summary>
    Int4,
}
