using System.Text;
using System.Text.Unicode;
using TokenFactory.Engine.Text;

namespace TokenFactory.Api.Generations;

/// <summary>A single token as text, for log probabilities.</summary>
/// <param name="Text">Its text; <c>bytes:\x…</c> where its bytes are no whole characters.</param>
/// <param name="Bytes">Its bytes.</param>
internal readonly record struct TokenText(string Text, byte[] Bytes)
{
    // What JSON has no infinity for.
    private const float Least = -9999;

    /// <summary>The bytes as numbers: a byte array would become base64.</summary>
    public int[] ByteValues => Array.ConvertAll(Bytes, value => (int)value);

    /// <summary>Code points that begin in this token, so that the counts of a text's tokens add up to the text's.</summary>
    public int CodePoints => Bytes.Count(value => (value & 0xC0) != 0x80);

    public static TokenText Of(ITokenizer tokenizer, int token)
    {
        byte[] bytes = tokenizer.GetTokenBytes(token);
        return new TokenText(Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Escape(bytes), bytes);
    }

    /// <summary>A log probability that JSON can hold.</summary>
    public static float Finite(float logprob) => float.IsNaN(logprob) ? Least : Math.Max(logprob, Least);

    private static string Escape(byte[] bytes) =>
        new StringBuilder("bytes:").AppendJoin("", bytes.Select(value => $"\\x{value:x2}")).ToString();
}
