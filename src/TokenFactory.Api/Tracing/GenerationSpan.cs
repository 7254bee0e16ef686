using System.Diagnostics;
using TokenFactory.Api.Admission;
using TokenFactory.Api.Metering;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Api.Tracing;

/// <summary>
/// A request's span under the names of OpenTelemetry's conventions for generative AI, beside what only this server knows. It is a child of the
/// HTTP request's, and through it of the client's where that sends <c>traceparent</c>. Where nobody listens nothing is made.
/// </summary>
public static class GenerationSpan
{
    /// <summary>What exporters subscribe to.</summary>
    public const string SourceName = "TokenFactory.Api";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a request's span; null where nobody listens.</summary>
    internal static Activity? Start(in RequestIdentity who)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        Activity? around = Activity.Current;
        string operation = who.Operation switch
        {
            GenerationOperation.Chat => "chat",
            GenerationOperation.Embeddings => "embeddings",
            _ => "text_completion",
        };
        Activity? span = Source.StartActivity($"{operation} {who.Model}", ActivityKind.Internal);
        if (span is not null)
        {
            span.SetTag("gen_ai.operation.name", operation);
            span.SetTag("gen_ai.provider.name", "tokenfactory");
            span.SetTag("gen_ai.request.model", who.Model);
            span.SetTag("gen_ai.response.id", who.Id);
            span.SetTag("tokenfactory.tenant", who.Grant.Tenant.Name);
            span.SetTag("tokenfactory.lane", WireNames.Of(who.Lane));
            span.SetTag("tokenfactory.device", who.Device);
            // It ends on the engine's thread, and what this thread does meanwhile is no part of it.
            Activity.Current = around;
        }
        return span;
    }

    /// <summary>Ends it with what was counted.</summary>
    /// <param name="span">The span, if there is one.</param>
    /// <param name="record">What goes to the ledger.</param>
    /// <param name="firstToken">From arrival to the first token of the first answer; null where there was none.</param>
    internal static void End(Activity? span, UsageRecord record, TimeSpan? firstToken)
    {
        if (span is null)
        {
            return;
        }
        span.SetTag("gen_ai.response.model", record.Model);
        span.SetTag("gen_ai.response.finish_reasons", new[] { record.Outcome });
        span.SetTag("gen_ai.usage.input_tokens", record.PromptTokens);
        span.SetTag("gen_ai.usage.output_tokens", record.GeneratedTokens);
        span.SetTag("gen_ai.usage.cache_read.input_tokens", record.CachedTokens);
        span.SetTag("tokenfactory.queue_seconds", record.QueueTime.TotalSeconds);
        span.SetTag("tokenfactory.time_to_first_token_seconds", firstToken?.TotalSeconds);
        span.SetTag("tokenfactory.joules", record.Joules);
        if (record.Outcome == UsageRecord.Failed)
        {
            span.SetTag("error.type", record.Outcome);
            span.SetStatus(ActivityStatusCode.Error);
        }
        span.Stop();
    }
}
