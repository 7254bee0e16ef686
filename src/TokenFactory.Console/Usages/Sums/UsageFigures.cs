using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Web.Usages.Sums;

/// <summary>Usage added up.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Prompt">Their prompt tokens, those from the cache among them.</param>
/// <param name="Cached">Prompt tokens that the KV cache gave.</param>
/// <param name="Generated">Generated tokens.</param>
/// <param name="Joules">Energy of those of which it is known; null where it is known of none.</param>
/// <param name="Cost">By the prices of their hours.</param>
public sealed record UsageFigures(long Requests, long Prompt, long Cached, long Generated, double? Joules, Cost Cost)
{
    public static UsageFigures None { get; } = new(0, 0, 0, 0, null, Cost.None);

    /// <summary>What quotas and forecasts count.</summary>
    public long Tokens => Prompt + Generated;

    public static UsageFigures Of(UsageSum hour, PriceTable prices) =>
        new(hour.Requests, hour.PromptTokens, hour.CachedTokens, hour.GeneratedTokens, hour.Joules, Cost.Of(hour, prices));

    public UsageFigures Plus(UsageFigures other) => new(
        Requests + other.Requests, Prompt + other.Prompt, Cached + other.Cached, Generated + other.Generated,
        Joules is null ? other.Joules : Joules + (other.Joules ?? 0), Cost.Plus(other.Cost));
}
