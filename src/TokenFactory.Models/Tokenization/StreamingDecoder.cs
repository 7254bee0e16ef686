using System.Buffers;
using TokenFactory.Models.Tokenization.Decoders;

namespace TokenFactory.Models.Tokenization;

/// <summary>
/// Turns the ids of one generated sequence into text as they come. What it has written is final: whole characters that no later id
/// changes. All of it, with <see cref="Flush"/>, is exactly what decoding all ids at once gives, less the prompt's text.
/// <para>
/// With a byte-fallback decoder a run of byte tokens is written when it ends: until then one invalid byte would turn all of it into
/// U+FFFD. Allocates nothing per token once its buffers have grown. For one thread at a time.
/// </para>
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TokenDecoder _decoder;
    private readonly bool _skipSpecialTokens;
    private readonly OutputStage _output = new();
    private readonly DecoderStage _stages;

    internal StreamingDecoder(TokenDecoder decoder, bool skipSpecialTokens)
    {
        _decoder = decoder;
        _skipSpecialTokens = skipSpecialTokens;
        _stages = decoder.Start(_output);
    }

    /// <summary>Starts over at the beginning of a text.</summary>
    public void Reset() => _stages.Reset();

    /// <summary>
    /// Starts over as the continuation of <paramref name="prompt"/>: what is written from here on is the text of prompt and generated
    /// ids together, less the text of the prompt alone. Where the prompt ends within a character that the generated ids complete, that
    /// character is written as a whole.
    /// </summary>
    public void Reset(ReadOnlySpan<int> prompt)
    {
        _stages.Reset();
        Feed(prompt);
        _output.RecordTail();
        _stages.Finish();
        _output.EndTail();
        // Finishing has ended what the prompt's end held back; feeding the prompt again holds it back once more.
        _stages.Reset();
        Feed(prompt);
        _output.ExpectTail();
    }

    /// <summary>
    /// Writes the UTF-8 that <paramref name="id"/> has made final: often one word, sometimes nothing. An unknown id counts for nothing.
    /// </summary>
    public void Append(int id, IBufferWriter<byte> utf8)
    {
        _output.Target = utf8;
        _decoder.Feed(_stages, id, _skipSpecialTokens);
        _output.Target = null;
    }

    /// <summary>Writes what is left at the end of the text, U+FFFD for a character that was never completed, and starts over.</summary>
    public void Flush(IBufferWriter<byte> utf8)
    {
        _output.Target = utf8;
        _stages.Finish();
        _stages.Reset();
    }

    private void Feed(ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
            _decoder.Feed(_stages, id, _skipSpecialTokens);
    }
}
