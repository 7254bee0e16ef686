using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Keys;

/// <summary>A key of a tenant, or of an administrator. Its secret is not here.</summary>
/// <param name="Id">Names it for good.</param>
/// <param name="TenantId">Whose it is; null: an administrator's.</param>
/// <param name="Name">For people.</param>
/// <param name="Prefix">How its text begins.</param>
/// <param name="Hash">SHA-256 of its secret.</param>
/// <param name="CreatedAt">Since when it exists.</param>
/// <param name="ExpiresAt">From when on it is refused; null: never.</param>
/// <param name="RevokedAt">Since when it is refused for good; null: it is not.</param>
/// <param name="Models">Models that it may use; null: the plan's.</param>
/// <param name="Limits">Limits on this key alone, within the tenant's.</param>
/// <param name="RotatedFrom">The key that it stands in for.</param>
/// <param name="LastUsedAt">When it was last seen, to within a minute; null: never.</param>
/// <param name="Role">What an administrator's key may do; null: everything, or a tenant's key.</param>
public sealed record ApiKey(
    Guid Id,
    Guid? TenantId,
    string Name,
    string Prefix,
    IReadOnlyList<byte> Hash,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    IReadOnlyList<string>? Models,
    PlanLimits Limits,
    Guid? RotatedFrom,
    DateTimeOffset? LastUsedAt,
    ConsoleRole? Role = null)
{
    public bool IsAdmin => TenantId is null;

    /// <summary>Whether it is an administrator's key that may do this.</summary>
    public bool Allows(Permission permission) => IsAdmin && (Role ?? ConsoleRole.Admin).Allows(permission);
}
