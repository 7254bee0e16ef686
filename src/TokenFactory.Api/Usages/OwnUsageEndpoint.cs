using Microsoft.AspNetCore.Http;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Admission;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Usages;

/// <summary>Answers <c>GET /v1/usage</c>: what a key's own tenant may use and has used.</summary>
internal sealed class OwnUsageEndpoint(RequestAdmission admission, QuotaBook quotas, UsageReader reader, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        KeyGrant grant = admission.Identify(context).Grant;
        UsageQuery query = UsageQueries.Span(context.Request, clock.GetUtcNow()) with { TenantId = grant.Tenant.Id };
        IReadOnlyList<UsageSum> sums = await reader.ReadAsync(query, UsageQueries.Period(context.Request), context.RequestAborted);
        LimitReport report = LimitReport.Of(grant, quotas);
        OwnUsageView view = new(
            grant.Tenant.Name, grant.Plan.Name, grant.Tenant.TimeZone, grant.Key.Id,
            [.. report.Limits.Select(LimitView.Of)], [.. report.Features.Select(FeatureView.Of)], [.. sums.Select(sum => UsageView.Of(sum, grant.Tenant.Name))]);
        await ApiJson.WriteAsync(context, view, AdminJson.Context.OwnUsageView);
    }
}
