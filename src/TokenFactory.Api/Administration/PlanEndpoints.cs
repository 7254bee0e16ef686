using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Administration;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/plans</c>. A path names a plan by name or id; PUT replaces the whole.</summary>
internal sealed class PlanEndpoints(TenantAdministration administration, TenantDirectory directory)
{
    public Task ListAsync(HttpContext context, string actor) =>
        AdminJson.WriteListAsync(context, directory.Plans.Select(PlanView.Of), AdminJson.Context.ListingPlanView);

    public Task ShowAsync(HttpContext context, string actor) => AnswerAsync(context, Find(context));

    public async Task CreateAsync(HttpContext context, string actor)
    {
        PlanBody body = await AdminJson.ReadAsync(context, AdminJson.Context.PlanBody);
        Plan created = await administration.CreatePlanAsync(actor, body.ToPlan(default), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await AnswerAsync(context, created);
    }

    public async Task ReplaceAsync(HttpContext context, string actor)
    {
        PlanBody body = await AdminJson.ReadAsync(context, AdminJson.Context.PlanBody);
        await AnswerAsync(context, await administration.UpdatePlanAsync(actor, body.ToPlan(Find(context).Id), context.RequestAborted));
    }

    public async Task DeleteAsync(HttpContext context, string actor) =>
        await AnswerAsync(context, await administration.DeletePlanAsync(actor, Find(context).Id, context.RequestAborted));

    private Plan Find(HttpContext context)
    {
        string name = AdminPaths.Segment(context, "plan");
        return directory.FindPlan(name) ?? throw ApiException.NotFound($"There is no plan {AdminPaths.Shown(name)}.");
    }

    private static Task AnswerAsync(HttpContext context, Plan plan) => ApiJson.WriteAsync(context, PlanView.Of(plan), AdminJson.Context.PlanView);
}
