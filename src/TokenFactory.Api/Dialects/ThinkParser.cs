using System.Buffers;

namespace TokenFactory.Api.Dialects;

/// <summary>
/// Reasoning as DeepSeek and Qwen write it: <c>&lt;think&gt;…&lt;/think&gt;</c> before the answer, or only its end where the prompt has
/// opened it. White space at the edges of the reasoning, and between it and the answer, belongs to neither.
/// </summary>
/// <param name="sink">Hears the reasoning.</param>
/// <param name="answer">Reads what is no reasoning.</param>
/// <param name="isOpen">Whether the prompt has opened the reasoning.</param>
internal sealed class ThinkParser(IAnswerSink sink, AnswerParser answer, bool isOpen) : AnswerParser(sink)
{
    private readonly ArrayBufferWriter<byte> _space = new(16);
    private State _state = isOpen ? State.Opened : State.Start;

    private enum State
    {
        Start,
        Opened,
        Inside,
        Closed,
        Answer,
    }

    public override bool IsReasoning => _state is State.Opened or State.Inside;

    private static ReadOnlySpan<byte> Open => "<think>"u8;

    private static ReadOnlySpan<byte> Close => "</think>"u8;

    protected override bool Step() => _state switch
    {
        State.Start => ReadStart(),
        State.Opened => ReadSpace(State.Inside),
        State.Inside => ReadInside(),
        State.Closed => ReadSpace(State.Answer),
        _ => ReadAnswer(),
    };

    protected override void End() => answer.Finish();

    private bool ReadStart()
    {
        int space = Marks.LeadingSpace(Held.Span);
        bool? begins = Marks.StartsWith(Held.Span[space..], Open) ?? (IsEnding ? false : null);
        if (begins is true)
        {
            Held.Drop(space + Open.Length);
        }
        _state = begins switch
        {
            null => State.Start,
            true => State.Opened,
            false => State.Answer,
        };
        return begins is not null;
    }

    private bool ReadSpace(State next)
    {
        Held.Drop(Marks.LeadingSpace(Held.Span));
        if (Held.Length > 0)
        {
            _state = next;
        }
        return Held.Length > 0;
    }

    private bool ReadInside()
    {
        bool isThere = FindMark(Close, out ReadOnlySpan<byte> before);
        PassOn(before);
        Held.Drop(before.Length);
        if (!isThere)
        {
            return false;
        }
        Held.Drop(Close.Length);
        _state = State.Closed;
        return true;
    }

    /// <summary>Passes reasoning on, the white space at its end only once more of it follows.</summary>
    private void PassOn(ReadOnlySpan<byte> text)
    {
        int end = text.LastIndexOfAnyExcept(" \t\r\n"u8) + 1;
        if (end > 0)
        {
            if (_space.WrittenCount > 0)
            {
                Sink.Reasoning(_space.WrittenSpan);
                _space.ResetWrittenCount();
            }
            Sink.Reasoning(text[..end]);
        }
        _space.Write(text[end..]);
    }

    private bool ReadAnswer()
    {
        answer.Append(Held.Span);
        Held.Clear();
        return false;
    }
}
