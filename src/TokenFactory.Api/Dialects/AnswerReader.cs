using TokenFactory.Engine.Loop;

namespace TokenFactory.Api.Dialects;

/// <summary>Reads one generation through a parser, and counts which of its tokens were reasoning.</summary>
/// <param name="parser">Reads the text.</param>
/// <param name="prefill">What the prompt ends with that belongs to the answer. It is read with the first piece, not before.</param>
internal sealed class AnswerReader(AnswerParser parser, byte[] prefill)
{
    private byte[]? _prefill = prefill;

    /// <summary>
    /// Tokens that made text of the reasoning, its marks among them. Text that is held back for a stop string counts with the token that
    /// lets it go.
    /// </summary>
    public int ReasoningTokens { get; private set; }

    /// <summary>Takes what the generation produced since the last look.</summary>
    /// <param name="delta">What it produced.</param>
    /// <param name="onToken">Hears of each token, and how many bytes of text it made certain, before they are read; null: nobody does.</param>
    public void Append(GenerationDelta delta, Action<GeneratedToken, int>? onToken = null)
    {
        ReadPrefill();
        ReadOnlySpan<byte> text = delta.Text.Span;
        IReadOnlyList<GeneratedToken> tokens = delta.Tokens;
        int start = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            int end = tokens[i].TextEnd;
            onToken?.Invoke(tokens[i], end - start);
            bool wasReasoning = parser.IsReasoning;
            parser.Append(text[start..end]);
            ReasoningTokens += wasReasoning || parser.IsReasoning ? 1 : 0;
            start = end;
        }
        parser.Append(text[start..]);
    }

    /// <summary>The generation has ended.</summary>
    public void Finish()
    {
        ReadPrefill();
        parser.Finish();
    }

    private void ReadPrefill()
    {
        if (_prefill is { } prefill)
        {
            _prefill = null;
            parser.Append(prefill);
        }
    }
}
