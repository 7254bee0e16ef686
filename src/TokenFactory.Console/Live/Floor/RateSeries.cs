using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Live.Floor;

/// <summary>Tokens a second of one engine over consecutive seconds, oldest first, as the chart takes them.</summary>
/// <param name="Out">Generated.</param>
/// <param name="In">Prompt tokens computed.</param>
public sealed record RateSeries(int[] Out, int[] In)
{
    /// <summary>The seconds up to and with <paramref name="lastSecond"/>.</summary>
    /// <param name="engine">Whose.</param>
    /// <param name="lastSecond">Unix time of the last one.</param>
    /// <param name="count">How many, at most <see cref="RateHistory.Length"/>.</param>
    public static RateSeries Read(EngineLoop engine, long lastSecond, int count)
    {
        RateSample[] samples = new RateSample[Math.Clamp(count, 0, RateHistory.Length)];
        engine.Rates.CopyTo(samples, lastSecond + 1);
        return new RateSeries([.. samples.Select(sample => sample.Generated)], [.. samples.Select(sample => sample.Prefill)]);
    }
}
