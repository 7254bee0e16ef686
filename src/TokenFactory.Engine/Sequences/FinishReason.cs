namespace TokenFactory.Engine.Sequences;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>Not ended yet.</summary>
    None,

    /// <summary>The model's end token, a stop token or a stop string.</summary>
    Stop,

    /// <summary>The token limit or the model's context was reached.</summary>
    Length,

    /// <summary>The client or an operator cancelled it.</summary>
    Cancelled,

    /// <summary>Its reader stopped reading for longer than the policy allows.</summary>
    Abandoned,

    /// <summary>The executor failed or the engine was stopped.</summary>
    Failed,
}
