using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>The limits that hold for a key, resolved. Immutable; a changed plan gives new terms, and requests under way keep theirs.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="KeyId">The key.</param>
/// <param name="Zone">Where the tenant's days begin.</param>
/// <param name="Tenant">Limits on all its keys together.</param>
/// <param name="Key">Limits on this key alone.</param>
/// <param name="Features">Uses of what is sold by the piece, over all its keys.</param>
/// <param name="MaxTokensPerRequest">Most tokens that a request may generate; null: no such limit.</param>
public sealed record QuotaTerms(
    Guid TenantId, Guid KeyId, TimeZoneInfo Zone, PlanLimits Tenant, PlanLimits Key, IReadOnlyList<FeatureLimit> Features, long? MaxTokensPerRequest);
