namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>The two ends of a day's chain.</summary>
internal sealed class LedgerDayRow
{
    /// <summary>As yyyymmdd.</summary>
    public int Day { get; set; }

    /// <summary>The head of the day before.</summary>
    public byte[] Previous { get; set; } = [];

    /// <summary>Rows of this day.</summary>
    public long Rows { get; set; }

    /// <summary>Hash of its last row.</summary>
    public byte[] Head { get; set; } = [];
}
