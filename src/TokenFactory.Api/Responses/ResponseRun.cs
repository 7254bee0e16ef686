using System.IO.Pipelines;
using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Api.Responses;

/// <summary>A response that is computed in the background: its generation is read to its end, whoever listens.</summary>
internal sealed class ResponseRun : IDisposable
{
    private readonly GenerationSet _set;
    private readonly ResponseKeeper _keeper;
    private readonly SseWriter _sse;
    private readonly ResponsesEventWriter _events;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private volatile Reason _reason;
    private bool _hasStarted;

    /// <param name="prepared">What is answered.</param>
    /// <param name="set">The generation, which nobody else reads.</param>
    /// <param name="keeper">Tells the time.</param>
    /// <param name="log">Takes its events; null where nobody asked for them.</param>
    public ResponseRun(PreparedResponse prepared, GenerationSet set, ResponseKeeper keeper, EventLog? log)
    {
        Id = prepared.Begun.Id;
        _set = set;
        Log = log;
        _sse = new SseWriter(Log ?? PipeWriter.Create(Stream.Null));
        _events = new ResponsesEventWriter(_sse, prepared, keeper);
        _keeper = keeper;
    }

    private enum Reason
    {
        None,
        Cancelled,
        Stopped,
    }

    public string Id { get; }

    /// <summary>Its events; null where it was not asked to be streamed.</summary>
    public EventLog? Log { get; }

    /// <summary>Ends when it has ended and that is kept.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Where it stands, while it has not ended.</summary>
    public string Status => _set.Items[0].HasStarted ? ResponseObject.InProgress : ResponseObject.Queued;

    /// <summary>A client wants no more of it.</summary>
    public void Cancel() => End(Reason.Cancelled);

    /// <summary>The process stops.</summary>
    public void Stop() => End(Reason.Stopped);

    /// <summary>Reads the generation to its end.</summary>
    /// <returns>The response as it has ended.</returns>
    public async Task<ResponseObject> ReadAsync()
    {
        Generation generation = _set.Items[0];
        GenerationDelta delta = new();
        _events.WriteQueued();
        await _sse.FlushAsync();
        while (await generation.WaitAsync())
        {
            generation.Read(ref delta);
            Start();
            _events.WriteDelta(0, delta);
            await _sse.FlushAsync();
        }
        GenerationOutcome outcome = generation.Outcome!;
        ApiException? failure = EngineErrors.From(outcome);
        if (failure is null || _hasStarted)
        {
            Start();
            _events.WriteFinish(0, outcome);
        }
        return (failure, _reason) switch
        {
            (null, _) => _events.Answer.Complete(outcome, _set.Usage, _keeper.Now),
            (_, Reason.Cancelled) when outcome.Reason == FinishReason.Cancelled => _events.Answer.Cancel(_set.Usage),
            (_, Reason.Stopped) when outcome.Reason == FinishReason.Cancelled => _events.Answer.Fail("The server was stopped before the response was whole. Ask again.", _set.Usage),
            _ => _events.Answer.Fail(failure.Message, _set.Usage),
        };
    }

    /// <summary>Breaks the generation off after something went wrong with reading it.</summary>
    /// <returns>The response as it has ended.</returns>
    public ResponseObject Abandon()
    {
        _set.Cancel();
        return _events.Answer.Fail($"The server failed on this response. Its log has the details under {Id}.");
    }

    /// <summary>Writes the last event.</summary>
    public void WriteEnd(ResponseObject ended) => _events.WriteEnd(ended);

    /// <summary>Nothing works on it any more.</summary>
    public void Dispose()
    {
        _sse.Dispose();
        _ended.SetResult();
    }

    private void Start()
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _events.WriteStart(0);
        }
    }

    private void End(Reason reason)
    {
        lock (_lock)
        {
            if (_reason == Reason.None)
            {
                // The reason stands before anything breaks off: how the response ends depends on it.
                _reason = reason;
                _set.Cancel();
            }
        }
    }
}
