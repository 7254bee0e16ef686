using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TokenFactory.Tenancy.Responses;

namespace TokenFactory.Api.Responses;

/// <summary>
/// Computes responses in the background, and sweeps away those that are kept too long. What a process leaves that ended without warning
/// has failed: its tokens are counted as far as they were checkpointed, and none is computed again.
/// </summary>
internal sealed partial class ResponseService(
    ResponseBook book, ApiOptions options, TimeProvider clock, ILogger<ResponseService> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    /// <summary>Until what failed is tried again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ResponseRun> _runs = new();
    private readonly EventLogs _logs = new(clock);
    private readonly CancellationTokenSource _stopping = new();
    private Task _sweeping = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string id in await book.ListOpenAsync(cancellationToken))
        {
            await book.EndAsync(id, FailInterrupted, cancellationToken);
        }
        _sweeping = SweepAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        ResponseRun[] runs = [.. _runs.Values];
        foreach (ResponseRun run in runs)
        {
            run.Stop();
        }
        await Task.WhenAll([_sweeping, .. runs.Select(run => run.Ended)]).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes the events of a response that is about to begin.</summary>
    public EventLog OpenLog() => new(_logs);

    /// <summary>Begins with a response that is kept as open.</summary>
    public void Begin(ResponseRun run)
    {
        _runs[run.Id] = run;
        if (_stopping.IsCancellationRequested)
        {
            run.Stop();
        }
        _ = Task.Run(() => WorkAsync(run), CancellationToken.None);
    }

    /// <summary>A response that has not ended; null where there is none.</summary>
    public ResponseRun? Find(string id) => _runs.GetValueOrDefault(id);

    /// <summary>The events of a response that runs or has ended a short time ago; null where there are none.</summary>
    public EventLog? FindLog(string id) => Find(id)?.Log ?? _logs.Find(id);

    /// <summary>Ends a response where it stands, and returns once that is kept.</summary>
    public async Task CancelAsync(string id, CancellationToken cancellation)
    {
        if (Find(id) is { } run)
        {
            run.Cancel();
            await run.Ended.WaitAsync(cancellation);
        }
    }

    /// <summary>Forgets the events of a response.</summary>
    public void Forget(string id) => _logs.Forget(id);

    public void Dispose() => _stopping.Dispose();

    private static string FailInterrupted(string body) => JsonSerializer.Serialize(
        JsonSerializer.Deserialize(body, ApiJson.Context.ResponseObject)! with
        {
            Status = ResponseObject.Failed,
            Error = ResponseError.Of("The server ended before the response was whole. Ask again."),
        },
        ApiJson.Context.ResponseObject);

    private async Task WorkAsync(ResponseRun run)
    {
        try
        {
            ResponseObject ended = await ReadAsync(run);
            await SaveAsync(ended);
            run.WriteEnd(ended);
        }
        catch (Exception problem)
        {
            LogFailed(problem, run.Id);
        }
        finally
        {
            if (run.Log is { } events)
            {
                events.Complete();
                _logs.Add(run.Id, events);
            }
            _runs.TryRemove(run.Id, out _);
            run.Dispose();
        }
    }

    private async Task<ResponseObject> ReadAsync(ResponseRun run)
    {
        try
        {
            return await run.ReadAsync();
        }
        catch (Exception problem)
        {
            LogFailed(problem, run.Id);
            return run.Abandon();
        }
    }

    /// <summary>Saves how a response has ended, as often as it takes; where the process stops before, the next one marks it as failed.</summary>
    private async Task SaveAsync(ResponseObject ended)
    {
        string body = JsonSerializer.Serialize(ended, ApiJson.Context.ResponseObject);
        while (true)
        {
            try
            {
                await book.EndAsync(ended.Id, _ => body);
                return;
            }
            catch (Exception problem)
            {
                // Whatever it is: an open response that nothing works on would stay open until the next start.
                LogNotSaved(ended.Id, problem.Message);
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }
                await Task.Delay(Pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SweepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await book.SweepAsync(options.Responses.MaxTenantCharacters);
            }
            catch (Exception problem)
            {
                // Whatever it is, the sweeping goes on. Nobody sees an expired response; the next sweep brings the next chance.
                LogNotSwept(problem.Message);
            }
            _logs.Sweep();
            await Task.Delay(SweepInterval, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Error, "The response {Response} failed.")]
    private partial void LogFailed(Exception problem, string response);

    [LoggerMessage(LogLevel.Warning, "The end of the response {Response} could not be saved; it is tried again. {Problem}")]
    private partial void LogNotSaved(string response, string problem);

    [LoggerMessage(LogLevel.Warning, "Expired responses could not be swept away. {Problem}")]
    private partial void LogNotSwept(string problem);
}
