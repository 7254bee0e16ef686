namespace TokenFactory.Web.Bench.Workloads;

/// <summary>When requests come that do not wait for one another.</summary>
internal static class Arrivals
{
    /// <summary>
    /// Times of a Poisson process: gaps are exponential and independent, by inversion of the distribution function. The same seed gives
    /// the same times.
    /// </summary>
    /// <param name="perSecond">Requests a second in the mean, above 0.</param>
    /// <param name="count">How many times.</param>
    /// <param name="seed">Which of them.</param>
    public static IReadOnlyList<TimeSpan> Poisson(double perSecond, int count, int seed)
    {
        Random random = new(seed);
        TimeSpan[] times = new TimeSpan[count];
        double at = 0;
        for (int i = 0; i < count; i++)
        {
            at -= Math.Log(1 - random.NextDouble()) / perSecond;
            times[i] = TimeSpan.FromSeconds(at);
        }
        return times;
    }
}
