using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>What an operator does to one request.</summary>
public abstract record RequestOperation
{
    /// <summary>Ends it; what it generated stays counted.</summary>
    public sealed record Cancel : RequestOperation;

    /// <summary>Puts it aside until it is released.</summary>
    public sealed record Hold : RequestOperation;

    /// <summary>Lets it go on in its place by arrival.</summary>
    public sealed record Release : RequestOperation;

    /// <summary>Moves it to another lane.</summary>
    public sealed record Move(Lane To) : RequestOperation;
}
