namespace TokenFactory.Web.Bench.Reports;

/// <summary>Figures of many values in any order.</summary>
public static class Quantiles
{
    public static double Median(IEnumerable<double> values) => At(values, 0.5);

    /// <summary>The value that a share of all lies below, from 0 to under 1.</summary>
    public static double At(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return AtSorted(sorted, share);
    }

    /// <summary>The same of values in rising order, at least one.</summary>
    public static double AtSorted(ReadOnlySpan<double> sorted, double share) => sorted[(int)(sorted.Length * share)];
}
