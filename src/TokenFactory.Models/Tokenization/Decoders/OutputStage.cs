using System.Buffers;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// The end of a decoder: writes to <see cref="Target"/>, or nowhere while a prompt is read. A prompt's tail is the text that only the
/// prompt's end made final; where the text that follows begins with it, it is the prompt's and is left out.
/// </summary>
internal sealed class OutputStage : DecoderStage
{
    private readonly ArrayBufferWriter<byte> _tail = new();
    private bool _recordsTail;
    private int _expected;
    private int _matched;

    public IBufferWriter<byte>? Target { get; set; }

    /// <summary>From here on what is written is the prompt's tail.</summary>
    public void RecordTail()
    {
        _tail.ResetWrittenCount();
        _recordsTail = true;
    }

    /// <summary>From here on what is written is no part of the tail.</summary>
    public void EndTail() => _recordsTail = false;

    /// <summary>Leaves out the tail where it comes next.</summary>
    public void ExpectTail() => (_expected, _matched) = (_tail.WrittenCount, 0);

    public override void Write(ReadOnlySpan<byte> text)
    {
        if (_recordsTail)
            _tail.Write(text);
        if (_matched < _expected)
            text = MatchTail(text);
        if (!text.IsEmpty)
            Target?.Write(text);
    }

    public override void Finish() => ReleaseMatched();

    public override void Reset()
    {
        (_expected, _matched) = (0, 0);
        Target = null;
    }

    private ReadOnlySpan<byte> MatchTail(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> tail = _tail.WrittenSpan[_matched.._expected];
        int common = text.CommonPrefixLength(tail);
        _matched += common;
        if (common < tail.Length && common < text.Length)
        {
            // The text goes another way than the prompt alone would have: none of it is the prompt's.
            _matched -= common;
            ReleaseMatched();
            return text;
        }
        return text[common..];
    }

    private void ReleaseMatched()
    {
        if (_matched > 0 && _matched < _expected)
            Target?.Write(_tail.WrittenSpan[.._matched]);
        _matched = _expected = 0;
    }
}
