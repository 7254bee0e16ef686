namespace TokenFactory.Tenancy.Plans;

/// <summary>How much of something is allowed.</summary>
/// <param name="Amount">The most, from 0 (nothing at all) to <see cref="long.MaxValue"/>.</param>
/// <param name="IsShadow">A limit on trial: it refuses nothing and counts what it would have refused.</param>
public sealed record Limit(long Amount, bool IsShadow = false);
