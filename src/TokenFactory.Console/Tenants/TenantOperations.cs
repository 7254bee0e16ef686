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

    /// <summary>Whether the visitor may make and end administrators' keys: nobody makes a key that opens more than they may themselves.</summary>
    public Task<bool> MayAdministerAsync() => visitor.MayAsync(Permission.Administer);

    /// <summary>Makes a tenant, or changes it where it has an id.</summary>
    public async Task<Tenant> SaveAsync(Tenant tenant) => tenant.Id == Guid.Empty
        ? await administration.CreateTenantAsync(await ActorAsync(), tenant)
        : await administration.UpdateTenantAsync(await ActorAsync(), tenant);

    /// <summary>Makes a plan, or changes it where it has an id.</summary>
    public async Task<Plan> SaveAsync(Plan plan) => plan.Id == Guid.Empty
        ? await administration.CreatePlanAsync(await ActorAsync(), plan)
        : await administration.UpdatePlanAsync(await ActorAsync(), plan);

    public async Task DeletePlanAsync(Guid id) => await administration.DeletePlanAsync(await ActorAsync(), id);

    public async Task<NewKey> CreateKeyAsync(ApiKey key) => await administration.CreateKeyAsync(await KeeperAsync(key), key);

    public async Task<NewKey> RotateKeyAsync(Guid id, TimeSpan overlap) => await administration.RotateKeyAsync(await KeeperAsync(Find(id)), id, overlap);

    public async Task RevokeKeyAsync(Guid id) => await administration.RevokeKeyAsync(await KeeperAsync(Find(id)), id);

    private ApiKey? Find(Guid id) => administration.Directory.Keys.FirstOrDefault(key => key.Id == id);

    private Task<string> KeeperAsync(ApiKey? key) => visitor.DemandAsync(key is { IsAdmin: true } ? Permission.Administer : Permission.ManageQuotas);

    private Task<string> ActorAsync() => visitor.DemandAsync(Permission.ManageQuotas);
}
