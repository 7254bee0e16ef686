using System.Collections.Concurrent;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>
/// Writes usage off the requests' way: what has ended gathers and is written together, what runs is checkpointed. While the database
/// cannot be written, everything is kept here and tried again with growing waits; since no new request starts then, what is kept is
/// bounded by what ran.
/// </summary>
public sealed class LedgerWriter(TenancyDatabase database, LedgerOptions options, TimeProvider clock) : IUsageLedger, IAsyncDisposable
{
    private const int MostRows = 1000;

    private readonly ConcurrentQueue<UsageRecord> _ended = new();

    /// <summary>Requests under way, and how many tokens their last checkpoint has.</summary>
    private readonly ConcurrentDictionary<IRunningUsage, long> _running = new(ReferenceEqualityComparer.Instance);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<UsageRecord> _batch = [];
    private long _checkpointedAt;
    private volatile string? _problem;
    private Task _loop = Task.CompletedTask;

    public string? Problem => _problem;

    /// <summary>Requests that ended and are not written yet.</summary>
    public int Pending => _ended.Count + _batch.Count;

    public void Track(IRunningUsage running) => _running[running] = 0;

    public void Forget(IRunningUsage running) => _running.TryRemove(running, out _);

    public void Record(IRunningUsage running, UsageRecord record)
    {
        _running.TryRemove(running, out _);
        _ended.Enqueue(record);
    }

    /// <summary>Turns checkpoints that an earlier process left behind into rows, each exactly once. Call it before the first request.</summary>
    /// <returns>How many requests were broken off.</returns>
    /// <exception cref="DatabaseUnavailableException">The database cannot be used.</exception>
    public Task<int> RecoverAsync(CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync(() => LedgerRecovery.RunAsync(database, clock.GetUtcNow(), cancellation));

    /// <summary>Begins to write by itself, on a thread of its own: a file's writes block, and the pool may have as few threads as the machine has cores.</summary>
    public void Start() => _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Writes everything that has ended so far.</summary>
    /// <returns>False where the database cannot be written; <see cref="Problem"/> says why.</returns>
    public async Task<bool> FlushAsync(bool withCheckpoints = false)
    {
        await _turn.WaitAsync();
        try
        {
            // What ends meanwhile is the next flush's: under load there is always one more, and a transaction for each would never end.
            int due = Pending;
            do
            {
                if (!await WriteAsync(withCheckpoints))
                {
                    return false;
                }
                due -= MostRows;
            }
            while (due > 0);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops, and writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
            await _loop;
            await FlushAsync(withCheckpoints: true);
            _stopping.Dispose();
            _turn.Dispose();
        }
    }

    private void Run()
    {
        TimeSpan wait = options.FlushInterval;
        while (!_stopping.IsCancellationRequested)
        {
            Task.Delay(wait, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            bool isDue = clock.GetElapsedTime(_checkpointedAt) >= options.CheckpointInterval;
            bool isWritten = FlushAsync(isDue).GetAwaiter().GetResult();
            wait = isWritten ? options.FlushInterval : Least(wait * 2, options.LongestBackOff);
        }
    }

    /// <summary>One transaction. What it holds stays here until it has succeeded.</summary>
    private async Task<bool> WriteAsync(bool withCheckpoints)
    {
        while (_batch.Count < MostRows && _ended.TryDequeue(out UsageRecord? record))
        {
            _batch.Add(record);
        }

        List<(IRunningUsage Running, long Before, UsageRecord Now)> changed;
        long askedAt = clock.GetTimestamp();
        try
        {
            // Taken after the rows: a request that ends in between is found running, and its row takes the checkpoint away again.
            changed = withCheckpoints ? Changed() : [];
            if (_batch.Count > 0 || changed.Count > 0)
            {
                await LedgerBatch.WriteAsync(database, _batch, [.. changed.Select(one => one.Now)], clock.GetUtcNow(), CancellationToken.None);
            }
            else if (_problem is not null)
            {
                await LedgerBatch.ProbeAsync(database, CancellationToken.None);
            }
        }
        catch (Exception problem)
        {
            // Whatever it is, usage must not be lost for it: it stays in the batch and is tried again.
            _problem = DatabaseUnavailableException.Explain(problem) ?? $"The ledger cannot be written: {problem.Message}";
            return false;
        }
        _batch.Clear();
        foreach ((IRunningUsage running, long before, UsageRecord now) in changed)
        {
            _running.TryUpdate(running, now.TotalTokens, before);
        }
        // From when usage was asked for, not from when it was written: a slow write does not put the next one off.
        _checkpointedAt = withCheckpoints ? askedAt : _checkpointedAt;
        _problem = null;
        return true;
    }

    private List<(IRunningUsage Running, long Before, UsageRecord Now)> Changed()
    {
        List<(IRunningUsage, long, UsageRecord)> changed = [];
        foreach ((IRunningUsage running, long before) in _running)
        {
            if (running.Snapshot() is { } now && now.TotalTokens != before)
            {
                changed.Add((running, before, now));
            }
        }
        return changed;
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
