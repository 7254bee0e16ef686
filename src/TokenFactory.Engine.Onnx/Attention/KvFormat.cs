namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>How the KV pool keeps a number.</summary>
internal enum KvFormat
{
    Fp32,
    Fp16,

    /// <summary>A signed byte, and one float for each token, head, and keys or values that all bytes of the row are multiplied by.</summary>
    Int8,
}
