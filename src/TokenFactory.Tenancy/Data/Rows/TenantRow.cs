namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A tenant as the database has it.</summary>
internal sealed class TenantRow
{
    public Guid Id { get; set; }

    public required string Name { get; set; }

    public required string DisplayName { get; set; }

    public required string TimeZone { get; set; }

    public Guid PlanId { get; set; }

    public double? Weight { get; set; }

    public int? Lanes { get; set; }

    /// <summary>PlanLimits as JSON.</summary>
    public required string Overrides { get; set; }

    public int State { get; set; }
}
