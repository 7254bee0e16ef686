using TokenFactory.Engine.Accounting;

namespace TokenFactory.Web.Live.Floor;

/// <summary>What one model on one device did in the last full seconds.</summary>
/// <param name="Out">Tokens generated in the last full second.</param>
/// <param name="OutMean">Tokens generated a second, mean over the window.</param>
/// <param name="In">Prompt tokens computed in the last full second.</param>
/// <param name="InMean">Prompt tokens computed a second, mean over the window.</param>
/// <param name="CachedMean">Prompt tokens a second that the KV cache gave, mean over the window.</param>
/// <param name="StepsMean">Steps a second, mean over the window.</param>
/// <param name="StepMilliseconds">Device time of a step, mean over the window; null where there was none.</param>
/// <param name="RowsMean">Sequences in a step, mean over the window; null where there was none.</param>
public sealed record ReplicaRates(
    int Out, double OutMean, int In, double InMean, double CachedMean, double StepsMean, double? StepMilliseconds, double? RowsMean)
{
    /// <summary>Seconds that the means are taken over.</summary>
    public const int Window = 5;

    /// <summary>Rates from the last seconds, oldest first.</summary>
    public static ReplicaRates From(ReadOnlySpan<RateSample> seconds)
    {
        long generated = 0, prefill = 0, cached = 0, steps = 0, rows = 0;
        double busy = 0;
        foreach (ref readonly RateSample second in seconds)
        {
            generated += second.Generated;
            prefill += second.Prefill;
            cached += second.Cached;
            steps += second.Steps;
            rows += second.Rows;
            busy += second.BusyMilliseconds;
        }
        double length = Math.Max(1, seconds.Length);
        RateSample last = seconds.IsEmpty ? default : seconds[^1];
        return new ReplicaRates(
            last.Generated,
            generated / length,
            last.Prefill,
            prefill / length,
            cached / length,
            steps / length,
            steps > 0 ? busy / steps : null,
            steps > 0 ? rows / (double)steps : null);
    }
}
