namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A plan as the database has it.</summary>
internal sealed class PlanRow
{
    public Guid Id { get; set; }

    public required string Name { get; set; }

    /// <summary>PlanLimits as JSON.</summary>
    public required string Limits { get; set; }

    /// <summary>A list of FeatureLimit as JSON.</summary>
    public required string Features { get; set; }

    /// <summary>Names as JSON; null: all models.</summary>
    public string? Models { get; set; }

    public int Lanes { get; set; }

    public double Weight { get; set; }

    public long? MaxTokensPerRequest { get; set; }

    public int Version { get; set; }
}
