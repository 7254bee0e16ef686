namespace TokenFactory.Engine.Sequences;

/// <summary>What a request is for, and so how soon it is wanted. The order is that of preference where one must give way.</summary>
public enum Lane
{
    /// <summary>A person waits for the first token.</summary>
    Interactive,

    /// <summary>A program waits for the answer.</summary>
    Agentic,

    /// <summary>Nobody waits; it must be done in time.</summary>
    Batch,
}
