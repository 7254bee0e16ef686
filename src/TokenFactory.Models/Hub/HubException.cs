namespace TokenFactory.Models.Hub;

/// <summary>What kind of thing went wrong with a hub.</summary>
public enum HubProblem
{
    /// <summary>A name that cannot be one.</summary>
    BadName,

    /// <summary>The hub knows no such repository, revision or file: 404.</summary>
    NotFound,

    /// <summary>A token is missing or wrong, or the licence is not accepted: 401, 403.</summary>
    NotAllowed,

    /// <summary>The hub did not answer, or broke off, as often as it was asked.</summary>
    Unreachable,

    /// <summary>The hub answered with what makes no sense.</summary>
    BadAnswer,

    /// <summary>A file came whole and is not what the hub says it is.</summary>
    WrongChecksum,

    /// <summary>The disk has too little room.</summary>
    DiskFull,

    /// <summary>The repository has nothing that can be served.</summary>
    NoModel,
}

/// <summary>A download that cannot go on. The message says what is wrong and what to do; it never holds a token.</summary>
public sealed class HubException(HubProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    public HubProblem Problem { get; } = problem;
}
