namespace TokenFactory.Engine.Scheduling;

/// <summary>A batch policy in the order of changes.</summary>
/// <param name="Version">1 for the policy at load, then growing by one.</param>
/// <param name="Policy">What holds from then on.</param>
/// <param name="Author">Who changed it.</param>
/// <param name="At">When it took effect.</param>
/// <param name="Reason">Why, in the author's words; for a rollback, the version gone back to.</param>
public sealed record PolicyVersion(int Version, BatchPolicy Policy, string Author, DateTimeOffset At, string Reason);
