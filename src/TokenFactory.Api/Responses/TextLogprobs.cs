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

    /// <summary>Bytes of text that came since tokens were taken for it: what one token lets go may come in pieces.</summary>
    private int _length;

    /// <summary>A token whose text is read next.</summary>
    /// <param name="token">The token.</param>
    /// <param name="alternatives">The alternatives of all tokens of its delta.</param>
    /// <param name="length">Bytes of its text.</param>
    public void Add(GeneratedToken token, IReadOnlyList<TokenLogprob> alternatives, int length)
    {
        Take();
        _pending.Add((TokenLogprobEntry.Of(tokenizer, token, alternatives), length));
    }

    /// <summary>Moves those of the text that came since the last call to the end of a list.</summary>
    public void MoveTo(List<TokenLogprobEntry> entries)
    {
        Take();
        entries.AddRange(_texts);
        _texts.Clear();
    }

    public void Content(ReadOnlySpan<byte> text)
    {
        _length += text.Length;
        sink.Content(text);
    }

    public void Reasoning(ReadOnlySpan<byte> text)
    {
        Drop();
        sink.Reasoning(text);
    }

    public void BeginCall(string id, string name)
    {
        Drop();
        sink.BeginCall(id, name);
    }

    public void Arguments(ReadOnlySpan<byte> json)
    {
        Drop();
        sink.Arguments(json);
    }

    /// <summary>What is pending belongs to no text.</summary>
    private void Drop()
    {
        Take();
        _pending.Clear();
    }

    /// <summary>Takes the tokens that the text is the end of. Tokens without text behind them have begun a character that is not whole.</summary>
    private void Take()
    {
        if (_length == 0)
        {
            return;
        }
        int end = _pending.Count;
        while (end > 0 && _pending[end - 1].Length == 0)
        {
            end--;
        }
        int start = end;
        for (int taken = 0; start > 0 && taken < _length; start--)
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
        _length = 0;
    }
}
