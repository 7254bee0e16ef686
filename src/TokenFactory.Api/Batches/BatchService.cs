using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TokenFactory.Api.Files;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Files;

namespace TokenFactory.Api.Batches;

/// <summary>
/// Computes batches beside the requests: goes on with those of an earlier process at the start, takes new ones, and lets go at the
/// stop. It also sweeps away files that have expired, and those of deleted tenants.
/// </summary>
internal sealed partial class BatchService(
    BatchBook book, FileBook files, FileFolder folder, BatchRunner runner, TimeProvider clock, ILogger<BatchService> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, BatchRun> _runs = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Runs before anything listens: no upload is under way whose content would be taken for a leftover.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        folder.DeleteOthers(await files.ContentsAsync(cancellationToken));
        foreach (Batch batch in await book.ListOpenAsync(cancellationToken))
        {
            Begin(new BatchRun(batch, isResumed: true));
        }
        _sweeping = SweepAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        BatchRun[] runs = [.. _runs.Values];
        foreach (BatchRun run in runs)
        {
            run.End.End(EndReason.Stopped);
        }
        await Task.WhenAll([_sweeping, .. runs.Select(run => run.Work)]).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Begins with a batch that was just made.</summary>
    public void Begin(Batch batch) => Begin(new BatchRun(batch, isResumed: false));

    /// <summary>Breaks off what a batch computes; it is saved as being cancelled already.</summary>
    public void Cancel(string id) => Find(id)?.End.End(EndReason.Cancelled);

    /// <summary>A batch that has not ended; null where there is none.</summary>
    public BatchRun? Find(string id) => _runs.GetValueOrDefault(id);

    public void Dispose() => _stopping.Dispose();

    private void Begin(BatchRun run)
    {
        if (_stopping.IsCancellationRequested || !_runs.TryAdd(run.Batch.Id, run))
        {
            run.Dispose();
            return;
        }
        run.Work = WorkAsync(run);
    }

    private async Task WorkAsync(BatchRun run)
    {
        await runner.RunAsync(run);
        _runs.TryRemove(run.Batch.Id, out _);
        run.Dispose();
    }

    private async Task SweepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                foreach (string id in await files.SweepAsync())
                {
                    folder.Delete(id);
                }
            }
            catch (Exception problem)
            {
                // Whatever it is, the sweeping goes on. Nobody sees such a file; the next sweep brings the next chance.
                LogNotSwept(problem.Message);
            }
            await Task.Delay(SweepInterval, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Files that have expired or whose tenant was deleted could not be swept away. {Problem}")]
    private partial void LogNotSwept(string problem);
}
