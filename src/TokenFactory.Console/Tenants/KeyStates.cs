using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Web.Tenants;

/// <summary>Whether a key works, in words.</summary>
internal static class KeyStates
{
    public const string Active = "active";

    public static string Of(ApiKey key, TenantDirectory directory, DateTimeOffset now) => key switch
    {
        { RevokedAt: not null } => "revoked",
        _ when key.ExpiresAt <= now => "expired",
        { IsAdmin: true } => Active,
        _ => directory.Tenants.FirstOrDefault(tenant => tenant.Id == key.TenantId)?.State switch
        {
            TenantState.Suspended => "tenant suspended",
            TenantState.Deleted => "tenant deleted",
            _ => Active,
        },
    };
}
