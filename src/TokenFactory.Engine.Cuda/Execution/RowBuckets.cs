namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Numbers of rows that matrix products are made for. A step's rows are filled up to the next one: few shapes are timed, recorded and kept,
/// and no step computes many rows for nothing.
/// </summary>
internal static class RowBuckets
{
    private const int FinestMost = 64;
    private const int FineMost = 512;

    /// <summary>The smallest bucket of at least so many rows.</summary>
    public static int Of(int rows) => rows switch
    {
        <= 2 => Math.Max(1, rows),
        <= 4 => 4,
        <= FinestMost => RoundUp(rows, 8),
        <= FineMost => RoundUp(rows, 32),
        _ => RoundUp(rows, 128),
    };

    /// <summary>All buckets up to that of so many rows.</summary>
    public static IEnumerable<int> UpTo(int rows)
    {
        for (int bucket = 1; ; bucket = Of(bucket + 1))
        {
            yield return bucket;
            if (bucket >= rows)
            {
                yield break;
            }
        }
    }

    private static int RoundUp(int rows, int step) => (rows + step - 1) / step * step;
}
