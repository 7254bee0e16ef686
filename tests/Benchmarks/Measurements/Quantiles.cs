namespace TokenFactory.Benchmarks.Measurements;

/// <summary>Figures of many values in any order.</summary>
internal static class Quantiles
{
    public static double Median(IEnumerable<double> values) => At(values, 0.5);

    /// <summary>The value that a share of all lies below, from 0 to under 1.</summary>
    public static double At(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(sorted.Length * share)];
    }
}
