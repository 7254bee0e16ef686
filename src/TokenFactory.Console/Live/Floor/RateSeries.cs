using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Web.Live.Floor;

/// <summary>Tokens a second of one engine over ten minutes, as means over <see cref="SecondsPerPoint"/>, oldest first.</summary>
/// <param name="Out">Generated.</param>
/// <param name="In">Prompt tokens computed.</param>
/// <param name="LastSecond">Unix time of the last second of the last point.</param>
public sealed record RateSeries(double[] Out, double[] In, long LastSecond)
{
    /// <summary>Seconds that a point is the mean of.</summary>
    public const int SecondsPerPoint = 5;

    /// <summary>Points of a whole series; the oldest seconds of the engine's history may already be gone when the newest point is full.</summary>
    public const int Points = (RateHistory.Length / SecondsPerPoint) - 1;

    /// <summary>Whether anything was computed.</summary>
    public bool HasTokens => Out.Any(value => value > 0) || In.Any(value => value > 0);

    /// <summary>
    /// The last second of the newest whole point. Points begin at multiples of their length, so that a point once drawn never changes.
    /// </summary>
    /// <param name="lastSecond">Unix time of the last whole second.</param>
    public static long AlignEnd(long lastSecond) => ((lastSecond + 1) / SecondsPerPoint * SecondsPerPoint) - 1;

    /// <summary>The points up to the newest whole one.</summary>
    /// <param name="engine">Whose.</param>
    /// <param name="lastSecond">Unix time of the last whole second.</param>
    public static RateSeries Read(EngineLoop engine, long lastSecond)
    {
        RateSample[] seconds = new RateSample[Points * SecondsPerPoint];
        long end = AlignEnd(lastSecond);
        engine.Rates.CopyTo(seconds, end + 1);
        return new RateSeries(Means(seconds, second => second.Generated), Means(seconds, second => second.Prefill), end);
    }

    private static double[] Means(RateSample[] seconds, Func<RateSample, int> read) =>
        [.. seconds.Chunk(SecondsPerPoint).Select(point => point.Average(second => (double)read(second)))];
}
