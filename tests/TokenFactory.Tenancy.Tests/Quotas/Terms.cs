using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Tenancy.Tests.Quotas;

/// <summary>Terms of one tenant with several keys.</summary>
internal static class Terms
{
    private static readonly Guid Tenant = Guid.NewGuid();
    private static readonly Guid FirstKey = Guid.NewGuid();

    public static QuotaTerms Of(
        PlanLimits? tenant = null, PlanLimits? key = null, string zone = "UTC", Guid? keyId = null, long? maxTokens = null, params FeatureLimit[] features) =>
        new(Tenant, keyId ?? FirstKey, TimeZoneInfo.FindSystemTimeZoneById(zone), tenant ?? PlanLimits.None, key ?? PlanLimits.None, features, maxTokens);

    public static QuotaRequest Ask(long prompt, long newTokens, bool mayShrink = false, string? feature = null) => new(prompt, newTokens, mayShrink, feature);
}
