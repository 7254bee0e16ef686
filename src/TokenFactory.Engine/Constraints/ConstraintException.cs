namespace TokenFactory.Engine.Constraints;

/// <summary>A schema, expression or grammar that cannot be held to, or that would cost more than is allowed. The message says what to do.</summary>
/// <param name="path">Where: a JSON pointer to the keyword (empty for the root), or a position in an expression or grammar.</param>
/// <param name="problem">What is wrong there and what to do about it.</param>
public sealed class ConstraintException(string path, string problem) : Exception($"{(path.Length == 0 ? "at the root" : path)}: {problem}")
{
    public string Path { get; } = path;

    public string Problem { get; } = problem;
}
