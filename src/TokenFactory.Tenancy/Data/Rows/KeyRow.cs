namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A key as the database has it.</summary>
internal sealed class KeyRow
{
    public Guid Id { get; set; }

    public Guid? TenantId { get; set; }

    public required string Name { get; set; }

    public required string Prefix { get; set; }

    public required byte[] Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Names as JSON; null: the plan's.</summary>
    public string? Models { get; set; }

    /// <summary>PlanLimits as JSON.</summary>
    public required string Limits { get; set; }

    public Guid? RotatedFrom { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>ConsoleRole of an administrator's key; null: Admin, or a tenant's key.</summary>
    public int? Role { get; set; }
}
