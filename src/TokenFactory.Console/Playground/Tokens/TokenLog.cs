using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Web.Playground.Tokens;

/// <summary>A generated token with what the model thought at its place.</summary>
/// <param name="Id">The token.</param>
/// <param name="Logprob">Natural logarithm of the probability that the model gave it, before penalties, bias and temperature.</param>
/// <param name="Alternatives">The most likely tokens at its place, most likely first; it may be among them.</param>
public sealed record AnswerToken(int Id, float Logprob, IReadOnlyList<TokenLogprob> Alternatives);

/// <summary>
/// The tokens of an answer, in order. One writer appends while any thread reads: a reader sees a beginning of the answer, and what it
/// has seen never changes.
/// </summary>
/// <param name="tokenizer">Says which bytes a token stands for.</param>
public sealed class TokenLog(ITokenizer tokenizer)
{
    /// <summary>Alternatives that are asked for at each place.</summary>
    public const int Alternatives = 5;

    private AnswerToken[] _tokens = new AnswerToken[64];
    private volatile int _count;

    public int Count => _count;

    /// <param name="index">Below <see cref="Count"/>.</param>
    public AnswerToken this[int index] => index >= 0 && index < _count
        ? Volatile.Read(ref _tokens)[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, "The answer has no such token yet.");

    /// <summary>Appends what a reader got of a generation that reports logprobs.</summary>
    public void Add(GenerationDelta delta)
    {
        foreach (GeneratedToken token in delta.Tokens)
        {
            TokenLogprob[] alternatives = new TokenLogprob[token.AlternativesCount];
            for (int i = 0; i < alternatives.Length; i++)
            {
                alternatives[i] = delta.Alternatives[token.AlternativesOffset + i];
            }
            Add(new AnswerToken(token.Token, token.Logprob, alternatives));
        }
    }

    /// <summary>Appends a token.</summary>
    public void Add(AnswerToken token)
    {
        if (_count == _tokens.Length)
        {
            AnswerToken[] longer = new AnswerToken[_tokens.Length * 2];
            _tokens.CopyTo(longer, 0);
            Volatile.Write(ref _tokens, longer);
        }
        _tokens[_count] = token;
        _count++;
    }

    /// <summary>A token's bytes; none for an id that the model can compute and its tokenizer does not know.</summary>
    public byte[] BytesOf(int token) => token >= 0 && token < tokenizer.VocabularySize ? tokenizer.GetTokenBytes(token) : [];
}
