using System.Collections.Concurrent;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Tests.Setup;

/// <summary>A ledger that keeps what it is told.</summary>
internal sealed class MemoryLedger : IUsageLedger
{
    private readonly ConcurrentDictionary<IRunningUsage, bool> _running = new();

    public string? Problem { get; set; }

    public ConcurrentQueue<UsageRecord> Rows { get; } = new();

    public int Running => _running.Count;

    public void Track(IRunningUsage running) => _running[running] = true;

    public void Forget(IRunningUsage running) => _running.TryRemove(running, out _);

    public void Record(IRunningUsage running, UsageRecord record)
    {
        Forget(running);
        Rows.Enqueue(record);
    }
}
