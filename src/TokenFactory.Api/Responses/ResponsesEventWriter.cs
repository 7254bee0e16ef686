using TokenFactory.Api.Errors;
using TokenFactory.Api.Generations;
using TokenFactory.Api.Streaming;
using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Responses;

/// <summary>The events of a streamed response: it begins, its items come one after another, it ends. All are numbered.</summary>
internal sealed class ResponsesEventWriter : AnswerWriter
{
    private readonly PreparedResponse _prepared;
    private readonly ResponseKeeper _keeper;
    private readonly OutputEvents _events;
    private GenerationOutcome? _outcome;
    private ResponseObject? _ended;

    /// <param name="sse">Where to.</param>
    /// <param name="prepared">What is answered.</param>
    /// <param name="keeper">Keeps the response.</param>
    public ResponsesEventWriter(SseWriter sse, PreparedResponse prepared, ResponseKeeper keeper)
        : base(sse)
    {
        _prepared = prepared;
        _keeper = keeper;
        _events = new OutputEvents(prepared.Ids, sse);
        Answer = new ResponseAnswer(prepared, _events);
    }

    public ResponseAnswer Answer { get; }

    /// <summary>What comes before a response that is computed in the background.</summary>
    public void WriteQueued()
    {
        WriteResponse("response.created"u8, _prepared.Begun);
        WriteResponse("response.queued"u8, _prepared.Begun);
    }

    public override void WriteStart(int index)
    {
        ResponseObject started = _prepared.Begun with { Status = ResponseObject.InProgress };
        if (!started.Background)
        {
            WriteResponse("response.created"u8, started);
        }
        WriteResponse("response.in_progress"u8, started);
    }

    public override bool WriteDelta(int index, GenerationDelta delta)
    {
        int before = _events.Written;
        Answer.Append(delta);
        return _events.Written > before;
    }

    public override void WriteFinish(int index, GenerationOutcome outcome)
    {
        _outcome = outcome;
        Answer.Finish(outcome);
    }

    /// <summary>Keeps the response before its client hears that it is complete, and may ask for it.</summary>
    public override async Task KeepAsync(Usage usage) => _ended = await _keeper.KeepAsync(_prepared, Answer.Complete(_outcome!, usage, _keeper.Now));

    public override void WriteEnd(Usage usage) => WriteEnd(_ended!);

    /// <summary>Ends the stream with the response as it is kept.</summary>
    public void WriteEnd(ResponseObject ended)
    {
        switch (ended.Status)
        {
            case ResponseObject.Completed:
                WriteResponse("response.completed"u8, ended);
                break;
            case ResponseObject.Incomplete:
                WriteResponse("response.incomplete"u8, ended);
                break;
            case ResponseObject.Cancelled:
                WriteError("request_cancelled", "The response was cancelled.", null);
                break;
            default:
                WriteResponse("response.failed"u8, ended);
                break;
        }
    }

    public override void WriteFailure(ApiException failure)
    {
        if (_events.Written > 0)
        {
            WriteResponse("response.failed"u8, Answer.Fail(failure.Message));
        }
        else
        {
            WriteError(failure.Error.Code, failure.Message, failure.Error.Param);
        }
    }

    private void WriteResponse(ReadOnlySpan<byte> type, ResponseObject response)
    {
        _events.Begin(type);
        Sse.Raw(",\"response\":"u8);
        Sse.Value(response, ApiJson.Context.ResponseObject);
        _events.End();
    }

    private void WriteError(string? code, string message, string? param)
    {
        _events.Begin("error"u8);
        Sse.Raw(",\"code\":"u8);
        WriteTextOrNull(code);
        Sse.Raw(",\"message\":"u8);
        Sse.Text(message);
        Sse.Raw(",\"param\":"u8);
        WriteTextOrNull(param);
        _events.End();
    }

    private void WriteTextOrNull(string? text)
    {
        if (text is null)
        {
            Sse.Raw("null"u8);
        }
        else
        {
            Sse.Text(text);
        }
    }
}
