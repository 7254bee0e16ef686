namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>One sequence's part in a step.</summary>
internal unsafe struct AttentionSlice
{
    /// <summary>Position of its first token: as many lie in its blocks already.</summary>
    public int Start;

    /// <summary>Tokens, at least 1.</summary>
    public int Count;

    /// <summary>Its first token's row among all rows of the step.</summary>
    public int FirstToken;

    /// <summary>Its first task of attention; <see cref="PagedAttention.AttendTasks"/> writes it.</summary>
    public int FirstTask;

    /// <summary>Ids of its blocks, for positions 0 to <see cref="Start"/> + <see cref="Count"/> - 1.</summary>
    public int* Blocks;
}
