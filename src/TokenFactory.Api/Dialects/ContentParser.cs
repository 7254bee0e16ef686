namespace TokenFactory.Api.Dialects;

/// <summary>An answer that is text and nothing else.</summary>
internal sealed class ContentParser(IAnswerSink sink) : AnswerParser(sink)
{
    protected override bool Step()
    {
        Sink.Content(Held.Span);
        Held.Clear();
        return false;
    }

    protected override void End()
    {
    }
}
