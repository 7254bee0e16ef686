namespace TokenFactory.Api.Dialects;

/// <summary>Lets the first call of an answer through and no other, for clients that take one at a time.</summary>
/// <param name="sink">Hears the rest.</param>
internal sealed class FirstCallOnly(IAnswerSink sink) : IAnswerSink
{
    private int _calls;

    public void Content(ReadOnlySpan<byte> text) => sink.Content(text);

    public void Reasoning(ReadOnlySpan<byte> text) => sink.Reasoning(text);

    public void BeginCall(string id, string name)
    {
        _calls++;
        if (_calls == 1)
        {
            sink.BeginCall(id, name);
        }
    }

    public void Arguments(ReadOnlySpan<byte> json)
    {
        if (_calls == 1)
        {
            sink.Arguments(json);
        }
    }
}
