using TokenFactory.Api.ChatCompletions;
using TokenFactory.Api.Dialects;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Responses;

/// <summary>
/// Log probabilities of the tokens of what a model says, apart from those of its reasoning, its calls and the marks around them. Stands
/// between the reader and the items: text belongs to the tokens that came last before it.
/// </summary>
/// <param name="sink">Hears the parts.</param>
/// <param name="tokenizer">Names the tokens.</param>
internal sealed class TextLogprobs(IAnswerSink sink, ITokenizer tokenizer) : IAnswerSink
{
    private readonly List<(TokenLogprobEntry Entry, int Length)> _pending = [];
    private readonly List<TokenLogprobEntry> _texts = [];

    /// <summary>A token whose text is read next.</summary>
    /// <param name="token">The token.</param>
    /// <param name="alternatives">The alternatives of all tokens of its delta.</param>
    /// <param name="length">Bytes of its text.</param>
    public void Add(GeneratedToken token, IReadOnlyList<TokenLogprob> alternatives, int length) =>
        _pending.Add((TokenLogprobEntry.Of(tokenizer, token, alternatives), length));

    /// <summary>Moves what came since the last call to the end of a list.</summary>
    public void MoveTo(List<TokenLogprobEntry> entries)
    {
        entries.AddRange(_texts);
        _texts.Clear();
    }

    public void Content(ReadOnlySpan<byte> text)
    {
        Take(text.Length);
        sink.Content(text);
    }

    public void Reasoning(ReadOnlySpan<byte> text)
    {
        _pending.Clear();
        sink.Reasoning(text);
    }

    public void BeginCall(string id, string name)
    {
        _pending.Clear();
        sink.BeginCall(id, name);
    }

    public void Arguments(ReadOnlySpan<byte> json)
    {
        _pending.Clear();
        sink.Arguments(json);
    }

    /// <summary>Takes the tokens that a text of this length is the end of. Tokens without text behind them have begun a character that is not whole.</summary>
    private void Take(int length)
    {
        int end = _pending.Count;
        while (end > 0 && _pending[end - 1].Length == 0)
        {
            end--;
        }
        int start = end;
        for (int taken = 0; start > 0 && taken < length; start--)
        {
            taken += _pending[start - 1].Length;
        }
        while (start > 0 && _pending[start - 1].Length == 0)
        {
            start--;
        }
        for (int i = start; i < end; i++)
        {
            _texts.Add(_pending[i].Entry);
        }
        _pending.RemoveRange(0, end);
    }
}
