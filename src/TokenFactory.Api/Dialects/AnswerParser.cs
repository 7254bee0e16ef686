namespace TokenFactory.Api.Dialects;

/// <summary>
/// Takes the text of one answer as it comes and says what its parts are: a state machine over text whose meaning is still open. A part
/// is passed on as soon as nothing that follows can make it something else, and is never taken back; how the text was cut into pieces
/// makes no difference to the whole. What turns out to be no call is content. For one answer and one thread at a time.
/// </summary>
/// <param name="sink">Hears the parts.</param>
internal abstract class AnswerParser(IAnswerSink sink)
{
    /// <summary>Whether what would follow now is reasoning.</summary>
    public virtual bool IsReasoning => false;

    protected IAnswerSink Sink => sink;

    /// <summary>Text that has arrived and is not passed on.</summary>
    protected HeldText Held { get; } = new();

    /// <summary>Whether no more text will come: what could still become a mark is none.</summary>
    protected bool IsEnding { get; private set; }

    /// <summary>Takes more of the answer.</summary>
    /// <param name="text">UTF-8, whole code points.</param>
    public void Append(ReadOnlySpan<byte> text)
    {
        Held.Append(text);
        while (Held.Length > 0 && Step())
        {
        }
        PassOn();
    }

    /// <summary>The answer has ended; nothing is held back any more.</summary>
    public void Finish()
    {
        IsEnding = true;
        while (Held.Length > 0 && Step())
        {
        }
        End();
    }

    /// <summary>Reads on in what is held; false where more text must come first.</summary>
    protected abstract bool Step();

    /// <summary>Passes on what has gathered since the last piece.</summary>
    protected virtual void PassOn()
    {
    }

    /// <summary>Passes on what is left.</summary>
    protected abstract void End();

    /// <summary>Finds a mark in the held text.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="before">What stands before it, or what is certain not to belong to one; valid until text is dropped.</param>
    /// <returns>Whether the mark follows.</returns>
    protected bool FindMark(ReadOnlySpan<byte> mark, out ReadOnlySpan<byte> before)
    {
        int at = Marks.Find(Held.Span, mark, out int certain);
        before = Held.Span[..(IsEnding && at < 0 ? Held.Length : certain)];
        return at >= 0;
    }

    /// <summary>Gives the held text to a call's object; true where the object ends, false where more text must come first.</summary>
    /// <param name="call">The object.</param>
    /// <param name="close">A mark that breaks it off, outside of its strings; empty for none.</param>
    protected bool TakeObject(CallObject call, ReadOnlySpan<byte> close = default)
    {
        while (Held.Length > 0)
        {
            byte next = Held.Span[0];
            bool? closes = !close.IsEmpty && next == close[0] && !call.IsInsideString ? Begins(close) : false;
            if (closes is not false)
            {
                return closes is true;
            }
            if (!call.Take(next))
            {
                return true;
            }
            Held.Drop(1);
            if (call.IsDone)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether the held text begins with a mark; null where more text must say.</summary>
    protected bool? Begins(ReadOnlySpan<byte> mark) => Marks.StartsWith(Held.Span, mark) ?? (IsEnding ? false : null);
}
