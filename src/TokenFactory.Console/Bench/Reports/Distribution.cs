namespace TokenFactory.Web.Bench.Reports;

/// <summary>How values lie, in the unit of whoever asks.</summary>
public sealed record Distribution(double Mean, double P50, double P95, double P99, double Most)
{
    /// <summary>Null where there are no values.</summary>
    public static Distribution? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        if (sorted.Length == 0)
        {
            return null;
        }
        Array.Sort(sorted);
        return new Distribution(
            sorted.Average(), Quantiles.AtSorted(sorted, 0.5), Quantiles.AtSorted(sorted, 0.95), Quantiles.AtSorted(sorted, 0.99), sorted[^1]);
    }
}
