namespace TokenFactory.Tenancy.Administration;

/// <summary>What is wrong with a change.</summary>
public enum TenancyProblem
{
    /// <summary>A field has a value that makes no sense.</summary>
    Invalid,

    /// <summary>What is to be changed is not there.</summary>
    NotFound,

    /// <summary>Something else has the name, or still needs it.</summary>
    Conflict,
}

/// <summary>A change that cannot be made; the message says why and what to do.</summary>
public sealed class TenancyException(TenancyProblem problem, string message, string? field = null) : Exception(message)
{
    public TenancyProblem Problem { get; } = problem;

    /// <summary>The field at fault, by its wire name; null where it is none.</summary>
    public string? Field { get; } = field;
}
