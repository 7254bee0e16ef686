namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>What both kernels of attention work on. Addresses lie on the device.</summary>
internal struct AttentionArguments
{
    public AttentionArguments()
    {
    }

    /// <summary>[tokens, QueryHeads * head size].</summary>
    public nint Result;

    /// <summary>[tokens, QkvStride]: queries first, rotated.</summary>
    public nint Qkv;

    /// <summary>The layer's plane of keys.</summary>
    public nint Keys;

    /// <summary>The layer's plane of values.</summary>
    public nint Values;

    /// <summary>[rows, TableStride].</summary>
    public nint BlockTables;

    /// <summary>[QueryHeads]: a logit for each that takes part in its softmax and has no value; 0 for none.</summary>
    public nint Sinks;

    public int QkvStride;
    public int TableStride;
    public int QueryHeads;
    public int KvHeads;

    /// <summary>Of the scores; usually 1 / sqrt(head size).</summary>
    public float Scale;

    /// <summary>Scores are SoftCap * tanh(score / SoftCap) where it is above 0.</summary>
    public float SoftCap;

    /// <summary>Keys that a query sees, its own among them; 0 for all.</summary>
    public int Window;

    /// <summary>What a kept key times this is; read with FP8 only.</summary>
    public float KeyScale = 1;

    /// <summary>What a kept value times this is; read with FP8 only.</summary>
    public float ValueScale = 1;
}
