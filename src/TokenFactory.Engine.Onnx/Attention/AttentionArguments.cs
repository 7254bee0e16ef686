namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Attention of one layer over one step.</summary>
internal unsafe struct AttentionArguments
{
    public KvPoolLayout Layout;

    /// <summary>The pool's begin.</summary>
    public byte* Pool;

    public int Layer;

    /// <summary>Query heads, a multiple of the KV heads.</summary>
    public int Heads;

    /// <summary>Queries, keys and values before norm and rotation, [tokens, (heads + 2 · KV heads) · head size].</summary>
    public float* Packed;

    /// <summary>[tokens, heads · head size].</summary>
    public float* Output;

    /// <summary>In the order of their tokens, which follow one another without gaps.</summary>
    public AttentionSlice* Slices;

    public int SliceCount;

    /// <summary>Rows of the step: the sum of the slices' counts.</summary>
    public int Tokens;

    /// <summary>Weights of the norm of each query head, [head size]; null for none.</summary>
    public float* QueryNorm;

    /// <summary>Weights of the norm of each key head, [head size]; null for none.</summary>
    public float* KeyNorm;

    public float NormEpsilon;

    /// <summary>[positions, <see cref="RotaryPairs"/>].</summary>
    public float* Cosines;

    /// <summary>[positions, <see cref="RotaryPairs"/>].</summary>
    public float* Sines;

    /// <summary>Number i of a head is rotated with number i + pairs, for i below this; the others stay. 0: no rotation.</summary>
    public int RotaryPairs;

    /// <summary>Scores are multiplied by it.</summary>
    public float Scale;

    /// <summary>Position p sees p - window + 1 to p; 0: all up to p.</summary>
    public int Window;

    /// <summary>Scores become cap · tanh(score / cap); 0: no cap.</summary>
    public float SoftCap;

    public readonly int Group => Heads / Layout.KvHeads;

    /// <summary>Floats of a row of <see cref="Packed"/>.</summary>
    public readonly long PackedStride => (Heads + (2L * Layout.KvHeads)) * Layout.HeadSize;

    public readonly long OutputStride => (long)Heads * Layout.HeadSize;
}
