namespace TokenFactory.Engine.Sequences;

/// <summary>Where a sequence stands.</summary>
public enum SequenceState
{
    /// <summary>In a queue, with no row and no KV blocks.</summary>
    Waiting,

    /// <summary>Holds a row; its tokens are being computed.</summary>
    Running,

    /// <summary>Put aside by an operator: no row, no KV blocks, and not in the queue until it is released.</summary>
    Held,

    /// <summary>Ended; the reason says how.</summary>
    Finished,
}
