namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>Names of the decoder graph's inputs and outputs.</summary>
internal static class DecoderInputs
{
    /// <summary>Embedded tokens of all slices end to end, float [n, hidden].</summary>
    public const string Hidden = "hidden";

    /// <summary>Rows of the tokens whose logits are wanted, int64 [m].</summary>
    public const string Wanted = "wanted";

    /// <summary>Rows of the tokens that are pooled, int64 [p]; p may be 0.</summary>
    public const string PooledRows = "pooled_rows";

    /// <summary>Their hidden states after the final norm, float [p, hidden].</summary>
    public const string Pooled = "pooled";

    /// <summary>float [m, vocabulary].</summary>
    public const string Logits = "logits";
}
