namespace TokenFactory.Tenancy.Ledger;

/// <summary>Where usage is counted for good. Safe for any thread; nothing here waits for the database.</summary>
public interface IUsageLedger
{
    /// <summary>Why the ledger cannot be written now, in words; null while it can. Meanwhile no new request may start.</summary>
    string? Problem { get; }

    /// <summary>A request begins: until it is recorded, what it has used is kept as a checkpoint.</summary>
    void Track(IRunningUsage running);

    /// <summary>A request was not taken after all, and used nothing.</summary>
    void Forget(IRunningUsage running);

    /// <summary>A request has ended.</summary>
    void Record(IRunningUsage running, UsageRecord record);
}

/// <summary>A request under way, as the ledger asks about it from its own thread.</summary>
public interface IRunningUsage
{
    /// <summary>What it has used so far; null where it has not begun to compute.</summary>
    UsageRecord? Snapshot();
}
