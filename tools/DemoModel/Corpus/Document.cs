namespace TokenFactory.DemoModel.Corpus;

/// <summary>A stretch of a document's text.</summary>
/// <param name="Text">The text; the names of special tokens in it stand for those tokens.</param>
/// <param name="Learned">True for what the model should write, false for what it only reads.</param>
internal sealed record Span(string Text, bool Learned);

/// <summary>One training document: a conversation in ChatML, or plain prose.</summary>
internal sealed record Document(IReadOnlyList<Span> Spans)
{
    public const string EndOfText = "<|endoftext|>";
    public const string TurnStart = "<|im_start|>";
    public const string TurnEnd = "<|im_end|>";

    public string Text => string.Concat(Spans.Select(span => span.Text));

    /// <summary>Prose that is learned from its first character, closed by the end of text.</summary>
    public static Document Prose(string text) => new([new Span(text + EndOfText, true)]);

    /// <summary>A conversation; only the assistant's turns are learned. Matches the chat template of the written model folder.</summary>
    public static Document Chat(IEnumerable<Turn> turns)
    {
        var spans = new List<Span>();
        foreach (Turn turn in turns)
        {
            spans.Add(new Span($"{TurnStart}{turn.Role}\n", false));
            bool learned = turn.Role == Turn.Assistant;
            spans.Add(new Span(turn.Text + TurnEnd, learned));
            spans.Add(new Span("\n", false));
        }
        return new Document(spans);
    }
}

/// <summary>One message of a conversation.</summary>
internal sealed record Turn(string Role, string Text)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";
}
