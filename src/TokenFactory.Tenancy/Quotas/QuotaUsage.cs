using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas.Windows;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>How much of everything is used and reserved at a moment.</summary>
/// <param name="Windows">Tokens by window.</param>
/// <param name="Concurrent">Requests under way.</param>
/// <param name="Queued">Those of them that wait.</param>
/// <param name="Admitted">Requests admitted since the start.</param>
/// <param name="Features">Uses of features by window.</param>
/// <param name="RequestsLeft">What the bucket of requests holds; null where there is none.</param>
/// <param name="TokensLeft">What the bucket of tokens holds; null where there is none.</param>
/// <param name="ShadowRefusals">Of those, how many each limit on trial would have refused.</param>
public sealed record QuotaUsage(
    IReadOnlyDictionary<UsageWindow, WindowUsage> Windows,
    IReadOnlyDictionary<(string Feature, UsageWindow Window), WindowUsage> Features,
    long? RequestsLeft,
    long? TokensLeft,
    int Concurrent,
    int Queued,
    long Admitted,
    IReadOnlyDictionary<LimitName, long> ShadowRefusals)
{
    internal static QuotaUsage Of(Gauge gauge, ShadowTally tally) => new(
        Enum.GetValues<UsageWindow>().ToDictionary(
            window => window, window => WindowUsage.Of(gauge.Window(window))),
        gauge.Features.ToDictionary(counter => counter.Key, counter => WindowUsage.Of(counter.Value)),
        gauge.RequestsLeft,
        gauge.TokensLeft,
        gauge.Concurrent,
        gauge.Queued,
        tally.Admitted,
        Enum.GetValues<LimitName>().Where(name => tally[name] > 0).ToDictionary(name => name, name => tally[name]));
}

/// <summary>Tokens, or uses of a feature, in a window.</summary>
/// <param name="Used">Used by requests that ended.</param>
/// <param name="Reserved">Promised to requests under way.</param>
/// <param name="ResetsAt">When the window ends.</param>
public sealed record WindowUsage(long Used, long Reserved, DateTimeOffset ResetsAt)
{
    internal static WindowUsage Of(WindowCounter counter) => new(counter.Used, counter.Reserved, counter.End);
}
