namespace TokenFactory.Api.Dialects;

/// <summary>
/// Hears the parts of an answer as they become certain, in the order in which the model wrote them. Texts are UTF-8, whole code points
/// where the answer's pieces are, and valid for the call.
/// </summary>
internal interface IAnswerSink
{
    /// <summary>More of what the model says.</summary>
    void Content(ReadOnlySpan<byte> text);

    /// <summary>More of what it thinks.</summary>
    void Reasoning(ReadOnlySpan<byte> text);

    /// <summary>A call begins; the arguments that follow are its own, until another part begins.</summary>
    void BeginCall(string id, string name);

    /// <summary>More of the arguments of the call that began last, as the model wrote them.</summary>
    void Arguments(ReadOnlySpan<byte> json);
}
