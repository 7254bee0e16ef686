using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Administration;

/// <summary>Everything under <c>/admin/v1</c>.</summary>
internal sealed class AdminRoutes(
    ApiPipeline pipeline, AdminGate gate, PlanEndpoints plans, TenantEndpoints tenants, KeyEndpoints keys, UsageEndpoints usage, LedgerEndpoints ledger)
{
    private const string Root = "/admin/v1/";

    public void Map(IEndpointRouteBuilder routes)
    {
        Add(HttpMethods.Get, "plans", plans.ListAsync);
        Add(HttpMethods.Post, "plans", plans.CreateAsync);
        Add(HttpMethods.Get, "plans/{plan}", plans.ShowAsync);
        Add(HttpMethods.Put, "plans/{plan}", plans.ReplaceAsync);
        Add(HttpMethods.Delete, "plans/{plan}", plans.DeleteAsync);
        Add(HttpMethods.Get, "tenants", tenants.ListAsync);
        Add(HttpMethods.Post, "tenants", tenants.CreateAsync);
        Add(HttpMethods.Get, "tenants/{tenant}", tenants.ShowAsync);
        Add(HttpMethods.Put, "tenants/{tenant}", tenants.ReplaceAsync);
        Add(HttpMethods.Delete, "tenants/{tenant}", tenants.DeleteAsync);
        Add(HttpMethods.Get, "tenants/{tenant}/limits", tenants.ShowLimitsAsync);
        Add(HttpMethods.Get, "limits", tenants.ListLimitsAsync);
        Add(HttpMethods.Get, "keys", keys.ListAsync);
        Add(HttpMethods.Post, "keys", keys.CreateAsync);
        Add(HttpMethods.Get, "keys/{key}", keys.ShowAsync);
        Add(HttpMethods.Post, "keys/{key}/rotate", keys.RotateAsync);
        Add(HttpMethods.Delete, "keys/{key}", keys.RevokeAsync);
        Add(HttpMethods.Get, "usage", usage.ListAsync);
        Add(HttpMethods.Get, "usage/export", usage.ExportAsync);
        Add(HttpMethods.Get, "ledger/verify", ledger.VerifyAsync);
        Add(HttpMethods.Get, "audit", ledger.ListAuditAsync);
        routes.Map(Root + "{**path}", pipeline.Around(gate.Guard((context, _) => throw ApiException.NoRoute(context.Request))));

        void Add(string method, string path, Func<HttpContext, string, Task> handler) =>
            routes.MapMethods(Root + path, [method], pipeline.Around(gate.Guard(handler)));
    }
}
