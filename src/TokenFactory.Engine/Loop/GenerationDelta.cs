using System.Buffers;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Loop;

/// <summary>A generated token as its reader sees it.</summary>
/// <param name="Token">The id.</param>
/// <param name="Logprob">Natural logarithm of its probability; 0 where not asked for.</param>
/// <param name="AlternativesOffset">Where its most likely alternatives begin in the delta.</param>
/// <param name="AlternativesCount">How many there are.</param>
/// <param name="TextEnd">Bytes of the delta's text up to and with what this token made certain.</param>
public readonly record struct GeneratedToken(int Token, float Logprob, int AlternativesOffset, int AlternativesCount, int TextEnd = 0);

/// <summary>What a generation produced since its reader last looked. Reused from read to read: it belongs to the reader.</summary>
public sealed class GenerationDelta
{
    private readonly ArrayBufferWriter<byte> _text = new(256);
    private readonly List<GeneratedToken> _tokens = new(16);
    private readonly List<TokenLogprob> _alternatives = [];

    /// <summary>UTF-8 text, whole code points. It may trail the tokens, where text is held back until it is certain.</summary>
    public ReadOnlyMemory<byte> Text => _text.WrittenMemory;

    public IReadOnlyList<GeneratedToken> Tokens => _tokens;

    /// <summary>The alternatives of all tokens, end to end.</summary>
    public IReadOnlyList<TokenLogprob> Alternatives => _alternatives;

    public bool IsEmpty => _tokens.Count == 0 && _text.WrittenCount == 0;

    internal int TokenCount => _tokens.Count;

    internal void Clear()
    {
        _text.ResetWrittenCount();
        _tokens.Clear();
        _alternatives.Clear();
    }

    internal void AddText(ReadOnlySpan<byte> utf8) => _text.Write(utf8);

    /// <summary>Adds a token and the text that it makes certain.</summary>
    internal void Add(int token, float logprob, ReadOnlySpan<TokenLogprob> alternatives, ReadOnlySpan<byte> text)
    {
        AddText(text);
        _tokens.Add(new GeneratedToken(token, logprob, _alternatives.Count, alternatives.Length, _text.WrittenCount));
        _alternatives.AddRange(alternatives);
    }
}
