namespace TokenFactory.Web.Live.Floor;

/// <summary>A value axis from 0 whose ticks are round numbers.</summary>
/// <param name="Step">From tick to tick: 1, 2 or 5 times a power of ten, at least 1.</param>
/// <param name="Ticks">Ticks above 0, 2 to 4; the last is the top.</param>
public readonly record struct ChartScale(double Step, int Ticks)
{
    private const int MostTicks = 4;
    private const int FewestTicks = 2;

    public double Top => Step * Ticks;

    /// <summary>The tightest axis that holds a value.</summary>
    /// <param name="most">The greatest value, 0 or more.</param>
    public static ChartScale For(double most)
    {
        double unit = 1;
        while (true)
        {
            foreach (double step in (ReadOnlySpan<double>)[unit, 2 * unit, 5 * unit])
            {
                if (step * MostTicks >= most)
                {
                    return new ChartScale(step, Math.Max(FewestTicks, (int)Math.Ceiling(most / step)));
                }
            }
            unit *= 10;
        }
    }
}
