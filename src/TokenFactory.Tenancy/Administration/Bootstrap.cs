using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Administration;

/// <summary>
/// Makes the first plan, tenant and keys. A key that the operator names is made on whichever start it is new, so that a lost
/// administrator's key can be replaced; one that was revoked stays revoked.
/// </summary>
public sealed class Bootstrap(TenantAdministration administration)
{
    /// <summary>The tenant that is there from the first start on.</summary>
    public const string Tenant = "local";

    private const string Actor = "start";
    private const string Plan = "default";

    /// <returns>Keys that were made with texts of their own.</returns>
    internal async Task<IReadOnlyList<NewKey>> RunAsync(FirstKeys given, CancellationToken cancellation)
    {
        bool isFirst = administration.Directory.Tenants.Count == 0;
        if (isFirst)
        {
            await CreateTenantAsync(cancellation);
        }
        Tenant? local = administration.Directory.FindTenant(Tenant);
        NewKey?[] made =
        [
            await EnsureAsync(null, "administrator", given.AdminKey, !administration.Directory.Keys.Any(key => key.IsAdmin), cancellation),
            local is null ? null : await EnsureAsync(local.Id, "first", given.ApiKey, isFirst, cancellation),
        ];
        return [.. made.OfType<NewKey>()];
    }

    private async Task CreateTenantAsync(CancellationToken cancellation)
    {
        Plan plan = administration.Directory.FindPlan(Plan)
            ?? await administration.CreatePlanAsync(Actor, new Plan(default, Plan, PlanLimits.None, [], null, LaneRights.All, 1, null, 0), cancellation);
        Tenant tenant = new(default, Tenant, "Local", "UTC", plan.Id, null, null, PlanLimits.None, TenantState.Active);
        await administration.CreateTenantAsync(Actor, tenant, cancellation);
    }

    /// <returns>The key, where it was made with a text of its own; null otherwise.</returns>
    private async Task<NewKey?> EnsureAsync(Guid? tenant, string name, string? text, bool isMissing, CancellationToken cancellation)
    {
        if (text is null ? !isMissing : administration.Directory.Knows(text))
        {
            return null;
        }
        NewKey made = await administration.CreateKeyAsync(
            Actor, new ApiKey(default, tenant, name, "", [], default, null, null, null, PlanLimits.None, null, null), text, cancellation);
        return text is null ? made : null;
    }
}
