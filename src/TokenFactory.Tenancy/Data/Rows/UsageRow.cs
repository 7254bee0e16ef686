namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>A request that ended. Written once, never changed.</summary>
internal sealed class UsageRow : UsageColumns
{
    public long Id { get; set; }

    /// <summary>The UTC day on which it was written, as yyyymmdd; it never goes back.</summary>
    public int Day { get; set; }

    /// <summary>Its place in that day, from 1.</summary>
    public long Position { get; set; }

    /// <summary>Covers the row and the hash before it.</summary>
    public byte[] Hash { get; set; } = [];
}
