namespace TokenFactory.Tenancy.Ledger;

/// <summary>How often the ledger is written.</summary>
public sealed class LedgerOptions
{
    /// <summary>How long ended requests gather before they are written together.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often running requests are checkpointed: what a crash can lose at most, with the time to write it.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before a failed write is tried again.</summary>
    public TimeSpan LongestBackOff { get; set; } = TimeSpan.FromSeconds(2);
}
