using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TokenFactory.Api.Files;
using TokenFactory.Tenancy.Batches;
using TokenFactory.Tenancy.Data;

namespace TokenFactory.Api.Batches;

/// <summary>Takes a batch from where it stands to its end: its lines are checked, it waits until its tenant's batches before it are done, and is computed.</summary>
internal sealed partial class BatchRunner(
    BatchBook book, BatchValidator validator, LineLoop lines, BatchFinish finish, FileFolder folder, TimeProvider clock, ILogger<BatchRunner> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>One batch of a tenant is computed at a time: its tenant's share of the lane is the same however many it makes.</summary>
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _turns = new();

    /// <summary>Returns when the batch has ended or the process stops; never throws.</summary>
    public async Task RunAsync(BatchRun run)
    {
        await using ITimer watch = clock.CreateTimer(_ => EndWhereLate(run), null, TimeSpan.Zero, Pause);
        try
        {
            await (await TryAdvanceAsync(run) is { } error ? FailAsync(run, [error]) : Task.CompletedTask);
        }
        catch (OperationCanceledException) when (run.End.Reason == EndReason.Stopped)
        {
            // The next process goes on.
        }
        catch (Exception problem)
        {
            LogFailed(problem, run.Batch.Id);
        }
    }

    /// <returns>Why it cannot go on; null where nothing is in the way.</returns>
    private async Task<BatchError?> TryAdvanceAsync(BatchRun run)
    {
        try
        {
            await AdvanceAsync(run);
            return null;
        }
        catch (FileNotFoundException)
        {
            return new BatchError("file_lost", "The content of the input file is not on the server's disk any more.", "input_file_id", null);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            LogFailed(problem, run.Batch.Id);
            return new BatchError("internal_error", $"The server failed on this batch. Its log has the details under {run.Batch.Id}.", null, null);
        }
    }

    private async Task AdvanceAsync(BatchRun run)
    {
        if (run.Batch.State == BatchState.Cancelling)
        {
            run.End.End(EndReason.Cancelled);
        }
        if (run.Batch.Total == 0 && !await ValidateAsync(run))
        {
            return;
        }
        SemaphoreSlim turn = _turns.GetOrAdd(run.Batch.TenantId, _ => new SemaphoreSlim(1));
        bool hasTurn = await TryTakeAsync(turn, run.End.Token);
        try
        {
            await ComputeAsync(run, hasTurn);
        }
        finally
        {
            if (hasTurn)
            {
                turn.Release();
            }
        }
    }

    /// <returns>False: its lines are wrong, and it has failed. True also where it ended meanwhile.</returns>
    private async Task<bool> ValidateAsync(BatchRun run)
    {
        try
        {
            (int total, IReadOnlyList<BatchError> errors) = await validator.CheckAsync(run.Batch, withModels: !run.IsResumed, run.End.Token);
            if (errors.Count > 0)
            {
                await FailAsync(run, errors);
                return false;
            }
            await KeepAsync(run, batch =>
            {
                batch.Total = total;
                return true;
            });
        }
        catch (OperationCanceledException) when (run.End.Reason is EndReason.Cancelled or EndReason.Expired)
        {
            // Nothing is known of its lines, and nothing is computed.
        }
        return true;
    }

    private async Task ComputeAsync(BatchRun run, bool hasTurn)
    {
        if (hasTurn)
        {
            await KeepAsync(run, batch =>
            {
                bool begins = batch.State == BatchState.Validating;
                batch.State = begins ? BatchState.InProgress : batch.State;
                batch.InProgressAt ??= clock.GetUtcNow();
                return begins;
            });
        }
        using BatchAnswers answers = new(run, folder);
        if (hasTurn)
        {
            await lines.RunAsync(run, answers);
        }
        if (run.End.Reason == EndReason.Stopped)
        {
            return;
        }
        await finish.FillAsync(run, answers);
        await KeepAsync(run, batch => finish.TryBegin(batch));
        await KeepAsync(run, batch => finish.End(batch, run, answers), finish.FilesOf(run.Batch, answers));
        finish.DeleteEmpty(run.Batch, answers);
    }

    private Task FailAsync(BatchRun run, IReadOnlyList<BatchError> errors) => KeepAsync(run, batch =>
    {
        batch.State = BatchState.Failed;
        batch.FailedAt = clock.GetUtcNow();
        batch.Errors = JsonSerializer.Serialize(errors, ApiJson.Context.IReadOnlyListBatchError);
        return true;
    });

    /// <summary>Saves a change, as often as it takes.</summary>
    /// <exception cref="OperationCanceledException">The process stops and the database cannot be written.</exception>
    private async Task KeepAsync(BatchRun run, Func<Batch, bool> change, IReadOnlyList<Tenancy.Files.StoredFile>? files = null)
    {
        while (true)
        {
            try
            {
                run.Batch = await book.ChangeAsync(run.Batch.Id, change, files, CancellationToken.None);
                return;
            }
            catch (DatabaseUnavailableException problem)
            {
                LogNotSaved(run.Batch.Id, problem.Message);
                if (run.End.Reason == EndReason.Stopped)
                {
                    throw new OperationCanceledException("The process stops.", problem);
                }
                await Task.Delay(Pause, clock, CancellationToken.None);
            }
        }
    }

    private static async Task<bool> TryTakeAsync(SemaphoreSlim turn, CancellationToken end)
    {
        try
        {
            await turn.WaitAsync(end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void EndWhereLate(BatchRun run)
    {
        if (clock.GetUtcNow() >= run.Batch.ExpiresAt)
        {
            run.End.End(EndReason.Expired);
        }
    }

    [LoggerMessage(LogLevel.Error, "Batch {Batch} failed.")]
    private partial void LogFailed(Exception problem, string batch);

    [LoggerMessage(LogLevel.Warning, "The state of batch {Batch} could not be saved; it is tried again. {Problem}")]
    private partial void LogNotSaved(string batch, string problem);
}
