using TokenFactory.Engine.Serving;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Loads;

namespace TokenFactory.Web.Serving;

/// <summary>How a load runs: it waits for its turn, reports to the board, and leaves a model or the reason why there is none.</summary>
internal sealed partial class ModelManager
{
    private async Task<ServedModel?> RunAsync(LoadJob job)
    {
        try
        {
            job.Ticket.Report("Waiting for its turn");
            await _turn.WaitAsync(job.Cancellation).ConfigureAwait(false);
            try
            {
                // A thread of its own: it computes for minutes.
                return await Task.Factory.StartNew(() => Load(job), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                Release();
            }
        }
        catch (OperationCanceledException) when (job.Cancellation.IsCancellationRequested)
        {
            job.Ticket.Complete();
            LogCancelled(job.Name);
        }
        catch (Exception problem)
        {
            string words = LoadFailures.Explain(problem);
            job.Ticket.Fail(words);
            LogFailed(LoadFailures.IsExpected(problem) ? null : problem, job.Name, job.Options.Path, words);
        }
        finally
        {
            lock (_lock)
            {
                _jobs.Remove(job);
                job.Dispose();
            }
        }
        return null;
    }

    private ServedModel Load(LoadJob job)
    {
        LoadSteps steps = new(job.Ticket, clock);
        ModelOptions options = job.Options.Copy();
        options.Name = job.Name;
        ServedModel served = loader.Load(options, new Reporter(progress =>
        {
            steps.Report(progress);
            if (progress.Progress.Note is { } note)
            {
                LogNote(job.Name, note);
            }
        }), job.Cancellation);
        try
        {
            job.Cancellation.ThrowIfCancellationRequested();
            catalog.Add(served);
        }
        catch
        {
            served.Dispose();
            throw;
        }
        job.Ticket.Complete();
        LogLoaded(job.Name, served.Facts.LoadTime.TotalSeconds);
        return served;
    }

    private void Release()
    {
        lock (_lock)
        {
            if (!_stopped)
            {
                _turn.Release();
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Model {Model} loaded in {Seconds:F1} s.")]
    private partial void LogLoaded(string model, double seconds);

    [LoggerMessage(LogLevel.Information, "Loading of model {Model} was called off.")]
    private partial void LogCancelled(string model);

    [LoggerMessage(LogLevel.Warning, "Model {Model}: {Note}")]
    private partial void LogNote(string model, string note);

    [LoggerMessage(LogLevel.Error, "Model {Model} in {Folder} was not loaded. {Problem}")]
    private partial void LogFailed(Exception? exception, string model, string folder, string problem);

    /// <summary>Reports on the loading thread itself, in order.</summary>
    private sealed class Reporter(Action<ReplicaLoadProgress> report) : IProgress<ReplicaLoadProgress>
    {
        public void Report(ReplicaLoadProgress value) => report(value);
    }
}
