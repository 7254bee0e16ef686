namespace TokenFactory.Tenancy.Quotas;

/// <summary>Sums that stop at the largest number: limits may be as large as that.</summary>
internal static class Saturated
{
    /// <summary>The sum of two numbers of 0 or more.</summary>
    public static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
