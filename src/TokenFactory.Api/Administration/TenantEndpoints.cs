using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Quotas;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/tenants</c> and <c>/admin/v1/limits</c>. A path names a tenant by name or id; PUT replaces the whole.</summary>
internal sealed class TenantEndpoints(TenantAdministration administration, TenantDirectory directory, QuotaBook quotas)
{
    public Task ListAsync(HttpContext context, string actor) =>
        AdminJson.WriteListAsync(context, directory.Tenants.Select(tenant => TenantView.Of(tenant, directory.Plans)), AdminJson.Context.ListingTenantView);

    public Task ShowAsync(HttpContext context, string actor) => AnswerAsync(context, Find(context));

    public async Task CreateAsync(HttpContext context, string actor)
    {
        TenantBody body = await AdminJson.ReadAsync(context, AdminJson.Context.TenantBody);
        Tenant created = await administration.CreateTenantAsync(actor, body.ToTenant(default, PlanOf(body)), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await AnswerAsync(context, created);
    }

    public async Task ReplaceAsync(HttpContext context, string actor)
    {
        TenantBody body = await AdminJson.ReadAsync(context, AdminJson.Context.TenantBody);
        await AnswerAsync(context, await administration.UpdateTenantAsync(actor, body.ToTenant(Find(context).Id, PlanOf(body)), context.RequestAborted));
    }

    public async Task DeleteAsync(HttpContext context, string actor) => await AnswerAsync(
        context, await administration.UpdateTenantAsync(actor, Find(context) with { State = TenantState.Deleted }, context.RequestAborted));

    public Task ShowLimitsAsync(HttpContext context, string actor) =>
        AdminJson.WriteListAsync(context, LimitsOf(Find(context)), AdminJson.Context.ListingLimitsView);

    public Task ListLimitsAsync(HttpContext context, string actor) => AdminJson.WriteListAsync(
        context, directory.Tenants.Where(tenant => tenant.State != TenantState.Deleted).SelectMany(LimitsOf), AdminJson.Context.ListingLimitsView);

    /// <summary>The tenant's limits, then those of each of its keys.</summary>
    private IEnumerable<LimitsView> LimitsOf(Tenant tenant) => directory.GrantsOf(tenant).Select(grant => LimitsView.Of(grant, LimitReport.Of(grant, quotas)));

    private Guid PlanOf(TenantBody body) => body.Plan is { } name && directory.FindPlan(name) is { } plan
        ? plan.Id
        : throw ApiException.Invalid("plan must be the name or id of a plan: see /admin/v1/plans.", "plan");

    private Tenant Find(HttpContext context)
    {
        string name = AdminPaths.Segment(context, "tenant");
        return directory.FindTenant(name) ?? throw ApiException.NotFound($"There is no tenant {AdminPaths.Shown(name)}.");
    }

    private Task AnswerAsync(HttpContext context, Tenant tenant) =>
        ApiJson.WriteAsync(context, TenantView.Of(tenant, directory.Plans), AdminJson.Context.TenantView);
}
