using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TokenFactory.Api.Administration.Wire;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Usages;
using TokenFactory.Tenancy.Directory;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Administration;

/// <summary><c>/admin/v1/usage</c>: sums by period, and the rows themselves to take away.</summary>
internal sealed class UsageEndpoints(UsageReader reader, UsageExport export, TenantDirectory directory, TimeProvider clock)
{
    public async Task ListAsync(HttpContext context, string actor)
    {
        IReadOnlyList<UsageSum> sums = await reader.ReadAsync(QueryOf(context.Request), UsageQueries.Period(context.Request), context.RequestAborted);
        Dictionary<Guid, string> names = directory.Tenants.ToDictionary(tenant => tenant.Id, tenant => tenant.Name);
        await AdminJson.WriteListAsync(
            context, sums.Select(sum => UsageView.Of(sum, names.GetValueOrDefault(sum.TenantId, UsageRecord.Console))), AdminJson.Context.ListingUsageView);
    }

    public async Task ExportAsync(HttpContext context, string actor)
    {
        UsageQuery query = QueryOf(context.Request);
        string format = context.Request.Query["format"].ToString();
        bool isCsv = format switch
        {
            "csv" => true,
            "" or "jsonl" => false,
            _ => throw ApiException.Invalid("format must be csv or jsonl.", "format"),
        };
        context.Response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/jsonl";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"usage.{(isCsv ? "csv" : "jsonl")}\"";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await (isCsv
            ? export.WriteCsvAsync(context.Response.Body, query, context.RequestAborted)
            : export.WriteJsonLinesAsync(context.Response.Body, query, context.RequestAborted));
    }

    private UsageQuery QueryOf(HttpRequest request)
    {
        UsageQuery query = UsageQueries.Span(request, clock.GetUtcNow());
        if (request.Query["tenant"].ToString() is { Length: > 0 } tenant)
        {
            query = query with { TenantId = TenantOf(tenant) };
        }
        if (request.Query["key"].ToString() is { Length: > 0 } key)
        {
            query = query with { KeyId = Guid.TryParse(key, out Guid id) ? id : throw ApiException.Invalid("key must be a key's id.", "key") };
        }
        return query;
    }

    /// <summary>A tenant's usage outlives it, so ids of deleted ones are good here.</summary>
    private Guid TenantOf(string name) =>
        name == UsageRecord.Console ? Guid.Empty
        : directory.FindTenant(name)?.Id ?? (Guid.TryParse(name, out Guid id) ? id : directory.Tenants.FirstOrDefault(tenant => tenant.Name == name)?.Id)
        ?? throw ApiException.Invalid($"There is no tenant {AdminPaths.Shown(name)}.", "tenant");
}
