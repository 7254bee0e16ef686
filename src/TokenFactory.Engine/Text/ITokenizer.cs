using System.Buffers;

namespace TokenFactory.Engine.Text;

/// <summary>Turns text into a model's token ids and back. Safe for several threads; the decoders that it makes serve one sequence each.</summary>
public interface ITokenizer
{
    int VocabularySize { get; }

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">Any string; lone surrogates become U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether begin and end tokens are added as the model wants them.</param>
    /// <param name="parseSpecialTokens">Whether the text of a special token means that token (a rendered template) or its letters (what a user typed).</param>
    int[] Encode(string text, bool addSpecialTokens, bool parseSpecialTokens);

    /// <summary>The text of a whole sequence of ids.</summary>
    string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens);

    /// <summary>The bytes that a token stands for on its own, not always valid UTF-8; for a special token, those of its name.</summary>
    byte[] GetTokenBytes(int token);

    /// <summary>A decoder for tokens that continue a prompt.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens give no text; else they give their names.</param>
    ITextDecoder CreateDecoder(bool skipSpecialTokens);
}

/// <summary>
/// Streaming detokenisation of one sequence: what it writes is whole code points and is never taken back; all of it together is the
/// text of the sequence.
/// </summary>
public interface ITextDecoder
{
    /// <summary>Takes in a token and writes the UTF-8 that has become certain, perhaps none.</summary>
    void Append(int token, IBufferWriter<byte> utf8);

    /// <summary>Writes what was held back; bytes that make no code point become U+FFFD.</summary>
    void Flush(IBufferWriter<byte> utf8);
}
