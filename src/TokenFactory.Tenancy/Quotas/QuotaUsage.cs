using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Tenancy.Quotas;

/// <summary>How much of everything is used and reserved at a moment.</summary>
/// <param name="Windows">Tokens by window.</param>
/// <param name="Concurrent">Requests under way.</param>
/// <param name="Queued">Those of them that wait.</param>
/// <param name="Admitted">Requests admitted since the start.</param>
/// <param name="ShadowRefusals">Of those, how many each limit on trial would have refused.</param>
public sealed record QuotaUsage(
    IReadOnlyDictionary<UsageWindow, WindowUsage> Windows, int Concurrent, int Queued, long Admitted, IReadOnlyDictionary<LimitName, long> ShadowRefusals)
{
    internal static QuotaUsage Of(Gauge gauge, ShadowTally tally) => new(
        Enum.GetValues<UsageWindow>().ToDictionary(
            window => window, window => new WindowUsage(gauge.Window(window).Used, gauge.Window(window).Reserved, gauge.Window(window).End)),
        gauge.Concurrent,
        gauge.Queued,
        tally.Admitted,
        Enum.GetValues<LimitName>().Where(name => tally[name] > 0).ToDictionary(name => name, name => tally[name]));
}

/// <summary>Tokens of a window.</summary>
/// <param name="Used">Used by requests that ended.</param>
/// <param name="Reserved">Promised to requests under way.</param>
/// <param name="ResetsAt">When the window ends.</param>
public sealed record WindowUsage(long Used, long Reserved, DateTimeOffset ResetsAt);
