using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;
using TokenFactory.Web.Access;

namespace TokenFactory.Web.Tenants;

/// <summary>
/// What visitors do to tenants, plans and keys; the tenancy checks it, writes the audit and puts it in force. Each throws
/// <see cref="TenancyException"/>, <see cref="DatabaseUnavailableException"/>, or <see cref="UnauthorizedAccessException"/> where the
/// visitor may not do it.
/// </summary>
public sealed class TenantOperations(TenantAdministration administration, Visitor visitor)
{
    public Task<bool> MayChangeAsync() => visitor.MayAsync(Permission.ManageQuotas);

    /// <summary>Makes a tenant, or changes it where it has an id.</summary>
    public async Task<Tenant> SaveAsync(Tenant tenant) => tenant.Id == Guid.Empty
        ? await administration.CreateTenantAsync(await ActorAsync(), tenant)
        : await administration.UpdateTenantAsync(await ActorAsync(), tenant);

    /// <summary>Makes a plan, or changes it where it has an id.</summary>
    public async Task<Plan> SaveAsync(Plan plan) => plan.Id == Guid.Empty
        ? await administration.CreatePlanAsync(await ActorAsync(), plan)
        : await administration.UpdatePlanAsync(await ActorAsync(), plan);

    public async Task DeletePlanAsync(Guid id) => await administration.DeletePlanAsync(await ActorAsync(), id);

    public async Task<NewKey> CreateKeyAsync(ApiKey key) => await administration.CreateKeyAsync(await ActorAsync(), key);

    public async Task<NewKey> RotateKeyAsync(Guid id, TimeSpan overlap) => await administration.RotateKeyAsync(await ActorAsync(), id, overlap);

    public async Task RevokeKeyAsync(Guid id) => await administration.RevokeKeyAsync(await ActorAsync(), id);

    private Task<string> ActorAsync() => visitor.DemandAsync(Permission.ManageQuotas);
}
