namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// One running step of a decoder. It takes UTF-8 and passes on what has become final; what may yet change it holds back.
/// Before a fuse each write is a whole token; after one, each write is a stretch of the one text that all tokens make, of whole
/// characters. A stage belongs to one generated sequence.
/// </summary>
internal abstract class DecoderStage
{
    public abstract void Write(ReadOnlySpan<byte> text);

    /// <summary>Passes on what was held back, as the end of the text makes it, and tells the next stage.</summary>
    public abstract void Finish();

    /// <summary>Forgets everything, for another text, here and in every later stage.</summary>
    public abstract void Reset();
}
