using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>The sum of rows that are alike and ended in the same hour, day or month of UTC.</summary>
internal sealed class RollUpRow
{
    public UsagePeriod Period { get; set; }

    public DateTimeOffset Start { get; set; }

    public Guid TenantId { get; set; }

    public Guid KeyId { get; set; }

    public string Model { get; set; } = "";

    public string Lane { get; set; } = "";

    /// <summary>Empty for none.</summary>
    public string Feature { get; set; } = "";

    public long Requests { get; set; }

    public long PromptTokens { get; set; }

    public long CachedTokens { get; set; }

    public long GeneratedTokens { get; set; }

    public long QueueTicks { get; set; }

    public long ComputeTicks { get; set; }

    /// <summary>Of those rows that know. 0 where none does: work whose energy is measured takes some.</summary>
    public double Joules { get; set; }
}
