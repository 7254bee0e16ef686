namespace TokenFactory.Tenancy.Administration;

/// <summary>A change that somebody made.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What, for instance <c>plan.update</c>.</param>
/// <param name="Subject">To what, by name.</param>
/// <param name="Before">What it was, as JSON; null: it was not there.</param>
/// <param name="After">What it became, as JSON; null: it is gone.</param>
public sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Subject, string? Before, string? After);
