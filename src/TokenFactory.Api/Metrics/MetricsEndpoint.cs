using Microsoft.AspNetCore.Http;

namespace TokenFactory.Api.Metrics;

/// <summary>Answers <c>GET /metrics</c> in Prometheus' text form.</summary>
internal sealed class MetricsEndpoint(ApiMetrics metrics)
{
    private const string TextFormat = "text/plain; version=0.0.4; charset=utf-8";

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.ContentType = TextFormat;
        await metrics.ExportAsync(context.Response.Body, context.RequestAborted);
    }
}
