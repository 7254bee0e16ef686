using System.Text.Json.Serialization;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.ChatCompletions;

/// <summary>Log probabilities of the tokens of an answer, or of a piece of one.</summary>
/// <param name="Content">One entry a token.</param>
public sealed record ChatLogprobs([property: JsonPropertyName("content")] IReadOnlyList<TokenLogprobEntry> Content)
{
    /// <summary>Always null: no model here refuses apart from its text.</summary>
    [JsonPropertyName("refusal")]
    public IReadOnlyList<TokenLogprobEntry>? Refusal => null;

    internal static ChatLogprobs Of(ITokenizer tokenizer, IReadOnlyList<GeneratedToken> tokens, IReadOnlyList<TokenLogprob> alternatives)
    {
        TokenLogprobEntry[] entries = new TokenLogprobEntry[tokens.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = TokenLogprobEntry.Of(tokenizer, tokens[i], alternatives);
        }
        return new ChatLogprobs(entries);
    }
}

/// <summary>A generated token and its log probability.</summary>
/// <param name="Token">Its text; <c>bytes:\x…</c> where its bytes are no whole characters.</param>
/// <param name="Logprob">Natural logarithm of its probability; -9999 where that is 0.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="TopLogprobs">The most likely tokens at its place, most likely first.</param>
public sealed record TokenLogprobEntry(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float Logprob,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes,
    [property: JsonPropertyName("top_logprobs")] IReadOnlyList<TokenAlternative> TopLogprobs)
{
    internal static TokenLogprobEntry Of(ITokenizer tokenizer, GeneratedToken token, IReadOnlyList<TokenLogprob> alternatives)
    {
        TokenAlternative[] top = new TokenAlternative[token.AlternativesCount];
        for (int i = 0; i < top.Length; i++)
        {
            TokenLogprob alternative = alternatives[token.AlternativesOffset + i];
            TokenText text = TokenText.Of(tokenizer, alternative.Token);
            top[i] = new TokenAlternative(text.Text, TokenText.Finite(alternative.Logprob), text.ByteValues);
        }
        TokenText own = TokenText.Of(tokenizer, token.Token);
        return new TokenLogprobEntry(own.Text, TokenText.Finite(token.Logprob), own.ByteValues, top);
    }
}

/// <summary>A likely token at a place.</summary>
/// <param name="Token">Its text; <c>bytes:\x…</c> where its bytes are no whole characters.</param>
/// <param name="Logprob">Natural logarithm of its probability; -9999 where that is 0.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record TokenAlternative(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float Logprob,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes);
