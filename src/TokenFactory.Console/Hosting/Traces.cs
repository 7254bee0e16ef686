using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TokenFactory.Api.Tracing;

namespace TokenFactory.Web.Hosting;

/// <summary>
/// Sends a span for each API request and each generation to a collector, over OTLP, where one is named. All settings are OpenTelemetry's own
/// environment variables, read by its exporter: endpoint, protocol, headers, sampler, service name.
/// </summary>
internal static class Traces
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    public static void AddTraces(this IServiceCollection services, IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[Endpoint]) && string.IsNullOrWhiteSpace(configuration[TracesEndpoint]))
        {
            return;
        }
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("token-factory").AddEnvironmentVariableDetector())
            .WithTracing(traces => traces
                .AddSource(GenerationSpan.SourceName)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
                .AddOtlpExporter());
    }
}
