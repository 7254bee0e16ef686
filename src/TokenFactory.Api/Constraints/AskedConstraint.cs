using TokenFactory.Api.Errors;
using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Constraints;

/// <summary>The form that a request asks its answers to have.</summary>
/// <param name="Field">The outermost field that asks, for messages.</param>
/// <param name="Place">Where in it the text is.</param>
/// <param name="Source">What to compile.</param>
internal sealed record AskedConstraint(string Field, string Place, ConstraintSource Source)
{
    /// <summary>Compiles it for a model; one that was asked for before is there.</summary>
    /// <exception cref="ApiException">It is malformed, not supported, or would cost too much; names the place in it.</exception>
    public TokenConstraint CompileFor(ServedModel model, CancellationToken cancellation)
    {
        try
        {
            return model.Constraints.Get(Source, cancellation);
        }
        catch (ConstraintException problem)
        {
            string place = problem.Path.Length == 0 ? Place : $"{Place} at {problem.Path}";
            throw ApiException.Invalid($"{place}: {problem.Problem}.", Field, "unsupported_constraint");
        }
    }
}
