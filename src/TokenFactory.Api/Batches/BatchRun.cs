using TokenFactory.Tenancy.Batches;

namespace TokenFactory.Api.Batches;

/// <summary>A batch that has not ended, in this process.</summary>
/// <param name="batch">The batch as it was read.</param>
/// <param name="isResumed">Whether an earlier process began it.</param>
internal sealed class BatchRun(Batch batch, bool isResumed) : IDisposable
{
    private volatile Batch _batch = batch;
    private int _completed = batch.Completed;
    private int _failed = batch.Failed;

    /// <summary>The batch as it was saved last.</summary>
    public Batch Batch
    {
        get => _batch;
        set => _batch = value;
    }

    public bool IsResumed => isResumed;

    public RunEnd End { get; } = new();

    /// <summary>Lines answered so far.</summary>
    public int Completed => Volatile.Read(ref _completed);

    /// <summary>Lines failed so far.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>What works on it.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    public void Count(int completed, int failed)
    {
        Volatile.Write(ref _completed, completed);
        Volatile.Write(ref _failed, failed);
    }

    public void Dispose() => End.Dispose();
}
