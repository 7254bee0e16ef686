namespace TokenFactory.Web.Live.Loading;

/// <summary>A model on its way into the engine, or one that did not get there.</summary>
/// <param name="Model">The name under which it is to be served.</param>
/// <param name="Stage">What is being done, for people: <c>Reading weights</c>.</param>
/// <param name="Fraction">How much of the stage is done, 0 to 1; null where nobody can say.</param>
/// <param name="Failure">Why it was given up, and what to do; null while it goes on.</param>
/// <param name="Since">When loading began.</param>
public sealed record ModelLoad(string Model, string Stage, double? Fraction, string? Failure, DateTimeOffset Since);
