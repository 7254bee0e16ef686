using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Calls as Llama 3 writes them: the answer, or what follows <c>&lt;|python_tag|&gt;</c>, is a JSON object with the name of a tool that
/// was offered; further ones may follow, after a semicolon. Any other object is what the model says, for instance because it was asked
/// for JSON.
/// </summary>
internal sealed class LlamaParser(IAnswerSink sink, IReadOnlySet<string> tools) : AnswerParser(sink)
{
    private readonly TrailingSpace _content = new(sink);
    private readonly HeldText _separator = new();
    private CallObject? _call;
    private bool _isContent;
    private bool _hasCalls;

    private static ReadOnlySpan<byte> Tag => "<|python_tag|>"u8;

    protected override bool Step() => _call is not null ? ReadCall(_call) : _isContent ? ReadContent() : ReadStart();

    protected override void PassOn() => _call?.PassOn();

    protected override void End()
    {
        if (_call is { } call)
        {
            call.Finish();
            EndCall(call);
        }
        if (!_hasCalls)
        {
            _content.Write(_separator.Span);
            _content.Release();
        }
    }

    /// <summary>Reads what may stand before a call.</summary>
    private bool ReadStart()
    {
        byte next = Held.Span[0];
        if (Marks.IsSpace(next) || (_hasCalls && next is (byte)';' or (byte)','))
        {
            _separator.Append([next]);
            Held.Drop(1);
            return true;
        }
        if (Begins(Tag) is not { } isTag)
        {
            return false;
        }
        if (isTag)
        {
            Held.Drop(Tag.Length);
        }
        else if (next == '{')
        {
            _call = new CallObject(Sink, () => CallIds.New(ToolFormat.Llama), tools);
        }
        else
        {
            BeginContent([]);
        }
        return true;
    }

    private bool ReadCall(CallObject call) => TakeObject(call) && EndCall(call);

    private bool EndCall(CallObject call)
    {
        call.PassOn();
        _call = null;
        if (call.HasBegun)
        {
            _hasCalls = true;
            _content.Drop();
            _separator.Clear();
        }
        else
        {
            BeginContent(call.Raw);
        }
        return true;
    }

    private void BeginContent(ReadOnlySpan<byte> text)
    {
        _isContent = true;
        _content.Write(_separator.Span);
        _content.Write(text);
        _separator.Clear();
    }

    private bool ReadContent()
    {
        bool isThere = FindMark(Tag, out ReadOnlySpan<byte> before);
        _content.Write(before);
        Held.Drop(before.Length);
        if (!isThere)
        {
            return false;
        }
        Held.Drop(Tag.Length);
        _isContent = false;
        return true;
    }
}
