using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>Counts that the loop keeps current after each step, for anyone to read without asking the loop.</summary>
public sealed class EngineStatus
{
    private readonly int[] _running = new int[3];
    private readonly int[] _waiting = new int[3];
    private int _kvUsed;
    private int _kvCached;
    private int _kvFree;
    private long _steps;
    private long _preemptions;
    private long _drafted;
    private long _accepted;
    private long _failedSteps;
    private long _moved;
    private long _corrupted;
    private long _lastProgress;
    private string? _fault;

    /// <summary>Steps completed.</summary>
    public long Steps => Volatile.Read(ref _steps);

    public int KvUsed => Volatile.Read(ref _kvUsed);

    public int KvCached => Volatile.Read(ref _kvCached);

    public int KvFree => Volatile.Read(ref _kvFree);

    public long Preemptions => Volatile.Read(ref _preemptions);

    /// <summary>Tokens that were drafted and verified.</summary>
    public long Drafted => Volatile.Read(ref _drafted);

    /// <summary>Drafts that were what the model sampled: tokens that needed no step of their own.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Times that the executor failed; no token of the steps then under way counted.</summary>
    public long FailedSteps => Volatile.Read(ref _failedSteps);

    /// <summary>Requests that another replica went on with after this one had failed.</summary>
    public long Moved => Volatile.Read(ref _moved);

    /// <summary>Requests that ended because the model computed something that is no number.</summary>
    public long Corrupted => Volatile.Read(ref _corrupted);

    /// <summary>Why the engine serves no more; null while it does.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    internal long LastProgress => Volatile.Read(ref _lastProgress);

    public int Running(Lane lane) => Volatile.Read(ref _running[(int)lane]);

    public int Waiting(Lane lane) => Volatile.Read(ref _waiting[(int)lane]);

    public int TotalRunning => Running(Lane.Interactive) + Running(Lane.Agentic) + Running(Lane.Batch);

    public int TotalWaiting => Waiting(Lane.Interactive) + Waiting(Lane.Agentic) + Waiting(Lane.Batch);

    internal void MarkProgress(long now) => Volatile.Write(ref _lastProgress, now);

    internal void MarkStep() => Volatile.Write(ref _steps, _steps + 1);

    internal void MarkFailedStep() => Volatile.Write(ref _failedSteps, _failedSteps + 1);

    internal void MarkMoved() => Volatile.Write(ref _moved, _moved + 1);

    internal void MarkCorrupted() => Volatile.Write(ref _corrupted, _corrupted + 1);

    internal void MarkFault(string fault) => Volatile.Write(ref _fault, fault);

    internal void Update(Scheduling.Scheduler scheduler)
    {
        for (Lane lane = Lane.Interactive; lane <= Lane.Batch; lane++)
        {
            Volatile.Write(ref _running[(int)lane], scheduler.CountRunning(lane));
            Volatile.Write(ref _waiting[(int)lane], scheduler.CountWaiting(lane));
        }
        Volatile.Write(ref _kvUsed, scheduler.Blocks.UsedCount);
        Volatile.Write(ref _kvCached, scheduler.Blocks.CachedCount);
        Volatile.Write(ref _kvFree, scheduler.Blocks.FreeCount);
        Volatile.Write(ref _preemptions, scheduler.Preemptions);
        Volatile.Write(ref _drafted, scheduler.Drafted);
        Volatile.Write(ref _accepted, scheduler.Accepted);
    }
}
