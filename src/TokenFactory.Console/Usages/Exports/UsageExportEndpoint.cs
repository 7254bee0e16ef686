using Microsoft.AspNetCore.Http.Features;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Web.Usages.Sums;

namespace TokenFactory.Web.Usages.Exports;

/// <summary>
/// <c>GET /console/usage/export</c>: a selection as a file. <c>what</c> is <c>shown</c> (the page's lines) or <c>rows</c> (the ledger's own),
/// <c>format</c> is <c>csv</c> or <c>jsonl</c>; the rest is the page's query string.
/// </summary>
internal static class UsageExportEndpoint
{
    public const string Path = "/console/usage/export";

    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Maps the path; what it returns takes further demands, for instance a sign-in.</summary>
    public static IEndpointConventionBuilder MapUsageExport(this IEndpointRouteBuilder routes) => routes.MapGet(Path, HandleAsync);

    private static async Task HandleAsync(HttpContext context, UsageQueries queries, UsageExport rows, TimeProvider clock)
    {
        string what = context.Request.Query["what"].ToString();
        string format = context.Request.Query["format"].ToString();
        UsageSelection selection = UsageSelection.FromQuery(context.Request.QueryString.Value ?? "", clock.GetUtcNow());
        string? problem = (what, format) is ("shown" or "rows", "csv" or "jsonl") ? selection.Problem : "what must be shown or rows, and format csv or jsonl.";
        if (problem is not null)
        {
            await SayAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            UsageTable? table = what == "shown" ? await queries.ReadAsync(selection, context.RequestAborted) : null;
            context.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/jsonl";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"usage-{what}-{selection.From:yyyy-MM-dd}-{selection.To:yyyy-MM-dd}.{format}\"";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            Stream to = context.Response.Body;
            await ((table, format) switch
            {
                (null, "csv") => rows.WriteCsvAsync(to, selection.ToLedger(), context.RequestAborted),
                (null, _) => rows.WriteJsonLinesAsync(to, selection.ToLedger(), context.RequestAborted),
                (_, "csv") => UsageSheet.WriteCsvAsync(to, table, context.RequestAborted),
                _ => UsageSheet.WriteJsonLinesAsync(to, table, context.RequestAborted),
            });
        }
        catch (DatabaseUnavailableException away) when (!context.Response.HasStarted)
        {
            context.Response.Headers.Remove("Content-Disposition");
            await SayAsync(context, StatusCodes.Status503ServiceUnavailable, away.Message);
        }
        catch (DatabaseUnavailableException)
        {
            // A part is sent already: a broken connection is the only way left to say that the file is not whole.
            context.Abort();
        }
    }

    private static Task SayAsync(HttpContext context, int status, string problem)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = PlainText;
        return context.Response.WriteAsync(problem + "\n");
    }
}
