namespace TokenFactory.Api.Dialects;

/// <summary>Text that has arrived and whose meaning is open. Grows to the longest that was held and allocates nothing after.</summary>
internal sealed class HeldText
{
    private byte[] _bytes = new byte[256];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

    public void Append(ReadOnlySpan<byte> text)
    {
        if (_end + text.Length > _bytes.Length)
        {
            byte[] target = Length + text.Length > _bytes.Length ? new byte[Math.Max(_bytes.Length * 2, Length + text.Length)] : _bytes;
            Span.CopyTo(target);
            (_bytes, _start, _end) = (target, 0, Length);
        }
        text.CopyTo(_bytes.AsSpan(_end));
        _end += text.Length;
    }

    /// <summary>Forgets the first <paramref name="count"/> bytes.</summary>
    public void Drop(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    public void Clear() => Drop(Length);
}
