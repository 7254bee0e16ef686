using System.Text.Json.Serialization;
using TokenFactory.Api.Admission;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Api.Generations;

/// <summary>A limit that left a request fewer tokens than it could have had.</summary>
/// <param name="bound">The limit.</param>
/// <param name="mostEach">What it left each answer.</param>
internal sealed class QuotaEnd(QuotaBound bound, int mostEach)
{
    /// <summary>The limit, where it is what ended one of the answers; else null.</summary>
    public UsageLimit? Of(IReadOnlyList<Generation> generations) =>
        generations.Any(generation => generation.Outcome is { Reason: FinishReason.Length } outcome && outcome.GeneratedTokens >= mostEach)
            ? new UsageLimit(WireNames.Of(bound.Limit), WireNames.Of(bound.Scope), bound.ResetAt?.ToUniversalTime())
            : null;
}

/// <summary>The quota that ended an answer with <c>finish_reason</c> <c>length</c>.</summary>
/// <param name="Type">The limit, for instance <c>tokens_per_day</c>.</param>
/// <param name="Scope"><c>tenant</c> or <c>key</c>.</param>
/// <param name="ResetAt">When it begins anew; null for limits that refill continuously.</param>
public sealed record UsageLimit(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("reset_at")] DateTimeOffset? ResetAt);
