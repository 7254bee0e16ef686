namespace TokenFactory.Telemetry;

/// <summary>Energy between two moments, as the difference of an energy counter.</summary>
public static class EnergyMeter
{
    // A sample may come late; more than that and the difference would belong to another time.
    private const int Tolerance = 3;

    /// <summary>Joules from the end of one second to the end of another; null where no counter was read about then, or it was reset.</summary>
    /// <param name="ring">The samples.</param>
    /// <param name="counter">Joules that the counter of a sample shows; null where it shows none.</param>
    /// <param name="from">The second after whose end counting begins, in Unix time.</param>
    /// <param name="to">The last second that counts.</param>
    public static double? Joules<T>(SecondRing<T> ring, Func<T, double?> counter, long from, long to)
        where T : struct
    {
        double? joules = At(ring, counter, to) - At(ring, counter, from);
        return joules >= 0 ? joules : null;
    }

    private static double? At<T>(SecondRing<T> ring, Func<T, double?> counter, long second)
        where T : struct
    {
        for (long at = second; at > second - Tolerance; at--)
        {
            if (ring.At(at) is { } sample)
            {
                return counter(sample);
            }
        }
        return null;
    }
}
