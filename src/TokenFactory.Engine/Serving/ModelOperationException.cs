namespace TokenFactory.Engine.Serving;

/// <summary>Why something cannot be done to a model.</summary>
public enum ModelOperationProblem
{
    /// <summary>A value makes no sense.</summary>
    Invalid,

    /// <summary>There is no such model, load or download.</summary>
    NotFound,

    /// <summary>Something else has the name, or the model is in another state.</summary>
    Conflict,

    /// <summary>The machine has too little memory; it can be done all the same, by an explicit word.</summary>
    DoesNotFit,
}

/// <summary>A load, unload or download that is refused; the message says why and what to do.</summary>
/// <param name="problem">What kind of refusal.</param>
/// <param name="message">For whoever asked.</param>
/// <param name="field">The value at fault, by its wire name; null where it is none.</param>
public sealed class ModelOperationException(ModelOperationProblem problem, string message, string? field = null) : Exception(message)
{
    public ModelOperationProblem Problem { get; } = problem;

    public string? Field { get; } = field;
}
