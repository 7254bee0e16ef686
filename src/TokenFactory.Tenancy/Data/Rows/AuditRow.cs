namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A change that somebody made.</summary>
internal sealed class AuditRow
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Who made it.</summary>
    public required string Actor { get; set; }

    /// <summary>What was done, for instance <c>plan.update</c>.</summary>
    public required string Action { get; set; }

    /// <summary>To what, by name.</summary>
    public required string Subject { get; set; }

    /// <summary>What it was, as JSON; null: it was not there.</summary>
    public string? Before { get; set; }

    /// <summary>What it became, as JSON; null: it is gone.</summary>
    public string? After { get; set; }
}
