using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Web.Usages.Sums;

/// <summary>Names for the ids that the ledger holds; a tenant that was deleted keeps its name.</summary>
public sealed class UsageNames(TenantDirectory directory)
{
    private const string WithoutKey = "without a key";

    /// <summary>A group's name for people.</summary>
    public string Of(string group, UsageGrouping grouping) => grouping switch
    {
        UsageGrouping.Tenant => OfTenant(Guid.Parse(group)),
        UsageGrouping.Key => OfKey(Guid.Parse(group)),
        _ => group,
    };

    public string OfTenant(Guid id) => id == Guid.Empty
        ? UsageRecord.Console
        : directory.Tenants.FirstOrDefault(tenant => tenant.Id == id) is { } found ? found.State == TenantState.Deleted ? $"{found.Name} (deleted)" : found.Name : $"{id}";

    public string OfKey(Guid id) => id == Guid.Empty
        ? WithoutKey
        : directory.Keys.FirstOrDefault(key => key.Id == id) is { } found ? OfKey(found) : $"{id}";

    public static string OfKey(ApiKey key) => $"{key.Name} ({key.Prefix}…)";
}
