using System.Buffers;

namespace TokenFactory.Api.Dialects;

/// <summary>Passes content on and holds the white space at its end back, until it is known whether that belongs to the content.</summary>
internal sealed class TrailingSpace(IAnswerSink sink)
{
    private readonly ArrayBufferWriter<byte> _held = new(16);

    public void Write(ReadOnlySpan<byte> text)
    {
        int end = text.LastIndexOfAnyExcept(" \t\r\n"u8) + 1;
        if (end > 0)
        {
            Release();
            sink.Content(text[..end]);
        }
        _held.Write(text[end..]);
    }

    /// <summary>It belongs to the content.</summary>
    public void Release()
    {
        if (_held.WrittenCount > 0)
        {
            sink.Content(_held.WrittenSpan);
            _held.ResetWrittenCount();
        }
    }

    /// <summary>It only stood between the content and a mark.</summary>
    public void Drop() => _held.ResetWrittenCount();
}
