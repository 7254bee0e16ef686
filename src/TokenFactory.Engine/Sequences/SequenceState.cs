namespace TokenFactory.Engine.Sequences;

/// <summary>Where a sequence stands.</summary>
public enum SequenceState
{
    /// <summary>In a queue, with no row and no KV blocks.</summary>
    Waiting,

    /// <summary>Holds a row; its tokens are being computed.</summary>
    Running,

    /// <summary>Ended; the reason says how.</summary>
    Finished,
}
