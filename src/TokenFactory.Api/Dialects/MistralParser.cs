using System.Text;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Calls as Mistral's models write them after <c>[TOOL_CALLS]</c>: a list of JSON objects, or from tokenizer version 11 on a name,
/// perhaps <c>[CALL_ID]</c> and an id, <c>[ARGS]</c> and the arguments, each call with a mark of its own. Both are read, whichever the
/// template speaks of. The mark itself is a special token and never content.
/// </summary>
internal sealed class MistralParser(IAnswerSink sink) : AnswerParser(sink)
{
    private static readonly byte[] Mark = "[TOOL_CALLS]"u8.ToArray();
    private static readonly byte[] IdMark = "[CALL_ID]"u8.ToArray();
    private static readonly byte[] ArgumentsMark = "[ARGS]"u8.ToArray();

    private readonly TrailingSpace _content = new(sink);
    private readonly HeldText _name = new();
    private readonly HeldText _id = new();
    private State _state = State.Content;
    private CallObject? _call;
    private JsonExtent _arguments;
    private bool _hasCalls;

    private enum State
    {
        Content,
        Opening,
        List,
        Call,
        Name,
        Id,
        ArgumentsStart,
        Arguments,
    }

    protected override bool Step() => _state switch
    {
        State.Content => ReadContent(),
        State.Opening => ReadOpening(),
        State.List => ReadList(),
        State.Call => ReadCall(_call!),
        State.Name => ReadName(),
        State.Id => ReadId(),
        State.ArgumentsStart => SkipSpace() && GoTo(State.Arguments),
        _ => ReadArguments(),
    };

    protected override void PassOn() => _call?.PassOn();

    protected override void End()
    {
        if (_call is { } call)
        {
            call.Finish();
            EndCall(call);
        }
        _content.Write(_name.Span);
        _content.Write(_id.Span);
        if (_hasCalls)
        {
            _content.Drop();
        }
        _content.Release();
    }

    private bool ReadContent()
    {
        bool isThere = FindMark(Mark, out ReadOnlySpan<byte> before);
        _content.Write(before);
        Held.Drop(before.Length);
        if (!isThere)
        {
            return false;
        }
        Held.Drop(Mark.Length);
        return GoTo(State.Opening);
    }

    private bool ReadOpening()
    {
        if (!SkipSpace())
        {
            return false;
        }
        if (Held.Span[0] != '[')
        {
            return Held.Span[0] == '{' ? BeginCall() : GoTo(State.Name);
        }
        Held.Drop(1);
        return GoTo(State.List);
    }

    private bool ReadList()
    {
        byte next = Held.Span[0];
        if (next == '{')
        {
            return BeginCall();
        }
        if (Marks.IsSpace(next) || next is (byte)',' or (byte)']')
        {
            Held.Drop(1);
            return next != ']' || GoTo(State.Content);
        }
        return GoTo(State.Content);
    }

    private bool BeginCall()
    {
        _call = new CallObject(Sink, NewId);
        return GoTo(State.Call);
    }

    private bool ReadCall(CallObject call) => TakeObject(call) && EndCall(call);

    private bool EndCall(CallObject call)
    {
        call.PassOn();
        _call = null;
        if (!call.HasBegun)
        {
            _content.Write(call.Raw);
            return GoTo(State.Content);
        }
        BecomeCall();
        return GoTo(State.List);
    }

    /// <summary>Reads a name up to the mark or the brace that follows it; what else follows makes it content.</summary>
    private bool ReadName()
    {
        byte next = Held.Span[0];
        if (char.IsAsciiLetterOrDigit((char)next) || next is (byte)'_' or (byte)'-' or (byte)'.')
        {
            _name.Append([next]);
            Held.Drop(1);
            return true;
        }
        if (_name.Length > 0)
        {
            bool? isArguments = next == '{' ? true : Begins(ArgumentsMark);
            bool? isId = Begins(IdMark);
            if (isArguments is true)
            {
                Held.Drop(next == '{' ? 0 : ArgumentsMark.Length);
                return BeginNamed();
            }
            if (isId is true)
            {
                Held.Drop(IdMark.Length);
                return GoTo(State.Id);
            }
            if (isArguments is null || isId is null)
            {
                return false;
            }
        }
        _content.Write(_name.Span);
        _name.Clear();
        return GoTo(State.Content);
    }

    private bool ReadId()
    {
        bool isThere = FindMark(ArgumentsMark, out ReadOnlySpan<byte> before);
        _id.Append(before);
        Held.Drop(before.Length);
        if (!isThere)
        {
            return false;
        }
        Held.Drop(ArgumentsMark.Length);
        return BeginNamed();
    }

    private bool BeginNamed()
    {
        string id = Encoding.UTF8.GetString(_id.Span).Trim();
        BecomeCall();
        Sink.BeginCall(id.Length > 0 ? id : NewId(), Encoding.UTF8.GetString(_name.Span));
        _name.Clear();
        _id.Clear();
        _arguments = default;
        return GoTo(State.ArgumentsStart);
    }

    /// <summary>Reads arguments to the end of their value, or to the next call's mark outside of a string.</summary>
    private bool ReadArguments()
    {
        int count = 0;
        ReadOnlySpan<byte> held = Held.Span;
        bool isOver = false;
        while (count < held.Length && !isOver)
        {
            bool? isMark = _arguments.IsInsideString ? false : Marks.StartsWith(held[count..], Mark) ?? (IsEnding ? false : null);
            if (isMark is null)
            {
                break;
            }
            isOver = isMark is true || !_arguments.Take(held[count]);
            count += isOver ? 0 : 1;
            isOver |= _arguments.IsComplete;
        }
        if (count > 0)
        {
            Sink.Arguments(held[..count]);
            Held.Drop(count);
        }
        return isOver && GoTo(State.Content);
    }

    private void BecomeCall()
    {
        _hasCalls = true;
        _content.Drop();
    }

    private bool SkipSpace()
    {
        Held.Drop(Marks.LeadingSpace(Held.Span));
        return Held.Length > 0;
    }

    private bool GoTo(State state)
    {
        _state = state;
        return true;
    }

    private static string NewId() => CallIds.New(ToolFormat.MistralList);
}
