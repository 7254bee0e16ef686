using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Api.Administration.Wire;

/// <summary>A key as an administrator asks for it: a tenant's, or with <c>admin</c> an administrator's of a <c>role</c>.</summary>
internal sealed record KeyBody(
    string? Tenant, string? Name, DateTimeOffset? ExpiresAt, IReadOnlyList<string>? Models, PlanLimits? Limits, bool Admin = false, string? Role = null)
{
    /// <exception cref="ApiException">There is no such role, or the key is a tenant's.</exception>
    public ApiKey ToKey(Guid? tenant) =>
        new(default, tenant, Name ?? "", "", [], default, ExpiresAt, null, Models, Limits ?? PlanLimits.None, null, null, ReadRole());

    private ConsoleRole? ReadRole() => Role switch
    {
        null => null,
        _ when !Admin => throw ApiException.Invalid("role is for administrators' keys: set admin to true, or leave it out.", "role"),
        _ when ConsoleRoles.ByName.TryGetValue(Role, out ConsoleRole role) => role,
        _ => throw ApiException.Invalid($"role must be one of {string.Join(", ", ConsoleRoles.ByName.Keys)}.", "role"),
    };
}

/// <summary>How long a key goes on working beside the one that takes its place.</summary>
internal sealed record RotationBody(double? OverlapSeconds);

/// <summary>A key as it is; <c>key</c>, its text, is there once, when it was made.</summary>
internal sealed record KeyView(
    Guid Id, string? Tenant, bool Admin, string Name, string Prefix, string State, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, Guid? RotatedFrom, IReadOnlyList<string>? Models, PlanLimits Limits, string? Role, string? Key)
{
    public static KeyView Of(ApiKey key, IReadOnlyList<Tenant> tenants, DateTimeOffset now, string? text = null) => new(
        key.Id, tenants.FirstOrDefault(tenant => tenant.Id == key.TenantId)?.Name, key.IsAdmin, key.Name, key.Prefix,
        key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "active",
        key.CreatedAt, key.ExpiresAt, key.RevokedAt, key.LastUsedAt, key.RotatedFrom, key.Models, key.Limits,
        key.IsAdmin ? ConsoleRoles.NameOf(key.Role ?? ConsoleRole.Admin) : null, text);
}
