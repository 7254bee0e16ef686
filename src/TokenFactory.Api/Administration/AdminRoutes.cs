using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TokenFactory.Api.Errors;
using TokenFactory.Tenancy.Accounts;

namespace TokenFactory.Api.Administration;

/// <summary>Everything under <c>/admin/v1</c>.</summary>
internal sealed class AdminRoutes(
    ApiPipeline pipeline, AdminGate gate, PlanEndpoints plans, TenantEndpoints tenants, KeyEndpoints keys, UsageEndpoints usage, LedgerEndpoints ledger,
    ModelAdministrationEndpoints models)
{
    private const string Root = "/admin/v1/";

    public void Map(IEndpointRouteBuilder routes)
    {
        Add(Permission.See, HttpMethods.Get, "plans", plans.ListAsync);
        Add(Permission.ManageQuotas, HttpMethods.Post, "plans", plans.CreateAsync);
        Add(Permission.See, HttpMethods.Get, "plans/{plan}", plans.ShowAsync);
        Add(Permission.ManageQuotas, HttpMethods.Put, "plans/{plan}", plans.ReplaceAsync);
        Add(Permission.ManageQuotas, HttpMethods.Delete, "plans/{plan}", plans.DeleteAsync);
        Add(Permission.See, HttpMethods.Get, "tenants", tenants.ListAsync);
        Add(Permission.ManageQuotas, HttpMethods.Post, "tenants", tenants.CreateAsync);
        Add(Permission.See, HttpMethods.Get, "tenants/{tenant}", tenants.ShowAsync);
        Add(Permission.ManageQuotas, HttpMethods.Put, "tenants/{tenant}", tenants.ReplaceAsync);
        Add(Permission.ManageQuotas, HttpMethods.Delete, "tenants/{tenant}", tenants.DeleteAsync);
        Add(Permission.See, HttpMethods.Get, "tenants/{tenant}/limits", tenants.ShowLimitsAsync);
        Add(Permission.See, HttpMethods.Get, "limits", tenants.ListLimitsAsync);
        Add(Permission.See, HttpMethods.Get, "keys", keys.ListAsync);
        Add(Permission.ManageQuotas, HttpMethods.Post, "keys", keys.CreateAsync);
        Add(Permission.See, HttpMethods.Get, "keys/{key}", keys.ShowAsync);
        Add(Permission.ManageQuotas, HttpMethods.Post, "keys/{key}/rotate", keys.RotateAsync);
        Add(Permission.ManageQuotas, HttpMethods.Delete, "keys/{key}", keys.RevokeAsync);
        Add(Permission.See, HttpMethods.Get, "models", models.ListAsync);
        Add(Permission.Operate, HttpMethods.Post, "models", models.LoadAsync);
        Add(Permission.Operate, HttpMethods.Patch, "models/{**model}", models.ChangeAsync);
        Add(Permission.Operate, HttpMethods.Delete, "models/{**model}", models.UnloadAsync);
        Add(Permission.See, HttpMethods.Get, "usage", usage.ListAsync);
        Add(Permission.ManageQuotas, HttpMethods.Get, "usage/export", usage.ExportAsync);
        Add(Permission.See, HttpMethods.Get, "ledger/verify", ledger.VerifyAsync);
        Add(Permission.See, HttpMethods.Get, "audit", ledger.ListAuditAsync);
        routes.Map(Root + "{**path}", pipeline.Around(gate.Guard(Permission.See, (context, _) => throw ApiException.NoRoute(context.Request))));

        void Add(Permission permission, string method, string path, Func<HttpContext, string, Task> handler) =>
            routes.MapMethods(Root + path, [method], pipeline.Around(gate.Guard(permission, handler)));
    }
}
