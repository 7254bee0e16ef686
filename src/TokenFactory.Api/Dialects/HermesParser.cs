using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Calls as Hermes and Qwen write them: <c>&lt;tool_call&gt;</c>, a JSON object, <c>&lt;/tool_call&gt;</c>. White space around a call is
/// no content. An object that is broken off by the closing mark, or closed by one brace too many, is a call all the same.
/// </summary>
internal sealed class HermesParser(IAnswerSink sink) : AnswerParser(sink)
{
    private readonly TrailingSpace _content = new(sink);
    private CallObject? _call;
    private bool _isAfterCall;
    private bool _hasCalls;

    private static ReadOnlySpan<byte> Open => "<tool_call>"u8;

    private static ReadOnlySpan<byte> Close => "</tool_call>"u8;

    protected override bool Step() => _call is not null ? ReadCall(_call) : _isAfterCall ? ReadEnd() : ReadContent();

    protected override void PassOn() => _call?.PassOn();

    protected override void End()
    {
        if (_call is { } call)
        {
            call.Finish();
            EndCall(call);
        }
        if (_hasCalls)
        {
            _content.Drop();
        }
        else
        {
            _content.Release();
        }
    }

    private bool ReadContent()
    {
        bool isThere = FindMark(Open, out ReadOnlySpan<byte> before);
        _content.Write(before);
        Held.Drop(before.Length);
        if (!isThere)
        {
            return false;
        }
        Held.Drop(Open.Length);
        _call = new CallObject(Sink, () => CallIds.New(ToolFormat.Hermes));
        return true;
    }

    private bool ReadCall(CallObject call) => TakeObject(call, Close) && EndCall(call);

    /// <summary>Ends the object where it stands: what never became a call is content, mark and all.</summary>
    private bool EndCall(CallObject call)
    {
        call.PassOn();
        _call = null;
        if (call.HasBegun)
        {
            _hasCalls = _isAfterCall = true;
            _content.Drop();
        }
        else
        {
            _content.Write(Open);
            _content.Write(call.Raw);
        }
        return true;
    }

    /// <summary>Reads the closing mark and what a model may wrongly put before it.</summary>
    private bool ReadEnd()
    {
        int skipped = Held.Span.IndexOfAnyExcept(" \t\r\n}"u8);
        Held.Drop(skipped < 0 ? Held.Length : skipped);
        if (Held.Length == 0)
        {
            return false;
        }
        if (Begins(Close) is not { } isClosed)
        {
            return false;
        }
        if (isClosed)
        {
            Held.Drop(Close.Length);
        }
        _isAfterCall = false;
        return true;
    }
}
