using System.Text.Json.Serialization;
using TokenFactory.Api.Generations;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Completions;

/// <summary>Log probabilities in the older form of the protocol: four lists, one entry a token each.</summary>
/// <param name="Tokens">The tokens' texts; <c>bytes:\x…</c> where the bytes are no whole characters.</param>
/// <param name="TokenLogprobs">Natural logarithms of their probabilities; -9999 where that is 0.</param>
/// <param name="TopLogprobs">The most likely tokens at each place, the generated one among them; absent where none were asked for.</param>
/// <param name="TextOffset">Where each token begins in the text, in code points.</param>
public sealed record CompletionLogprobs(
    [property: JsonPropertyName("tokens")] IReadOnlyList<string> Tokens,
    [property: JsonPropertyName("token_logprobs")] IReadOnlyList<float> TokenLogprobs,
    [property: JsonPropertyName("top_logprobs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyDictionary<string, float>>? TopLogprobs,
    [property: JsonPropertyName("text_offset")] IReadOnlyList<int> TextOffset)
{
    /// <param name="tokenizer">Names the tokens.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="alternatives">Their alternatives, end to end.</param>
    /// <param name="offset">Where the first token begins; moved on by all of them.</param>
    /// <param name="hasTop">Whether alternatives were asked for.</param>
    internal static CompletionLogprobs Of(
        ITokenizer tokenizer, IReadOnlyList<GeneratedToken> tokens, IReadOnlyList<TokenLogprob> alternatives, ref int offset, bool hasTop)
    {
        string[] names = new string[tokens.Count];
        float[] logprobs = new float[tokens.Count];
        int[] offsets = new int[tokens.Count];
        Dictionary<string, float>[] top = new Dictionary<string, float>[hasTop ? tokens.Count : 0];
        for (int i = 0; i < tokens.Count; i++)
        {
            TokenText text = TokenText.Of(tokenizer, tokens[i].Token);
            names[i] = text.Text;
            logprobs[i] = TokenText.Finite(tokens[i].Logprob);
            offsets[i] = offset;
            offset += text.CodePoints;
            if (hasTop)
            {
                top[i] = TopOf(tokenizer, tokens[i], alternatives);
                top[i].TryAdd(names[i], logprobs[i]);
            }
        }
        return new CompletionLogprobs(names, logprobs, hasTop ? top : null, offsets);
    }

    private static Dictionary<string, float> TopOf(ITokenizer tokenizer, GeneratedToken token, IReadOnlyList<TokenLogprob> alternatives)
    {
        Dictionary<string, float> top = [];
        for (int i = 0; i < token.AlternativesCount; i++)
        {
            TokenLogprob alternative = alternatives[token.AlternativesOffset + i];
            // Two tokens may have one text; the likelier one comes first.
            top.TryAdd(TokenText.Of(tokenizer, alternative.Token).Text, TokenText.Finite(alternative.Logprob));
        }
        return top;
    }
}
