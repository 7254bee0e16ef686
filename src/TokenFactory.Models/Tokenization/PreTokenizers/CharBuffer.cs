namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>A growing text that is written once and then read in place.</summary>
internal sealed class CharBuffer(int capacity)
{
    private char[] _chars = new char[Math.Max(capacity, 16)];

    public int Length { get; private set; }

    public ReadOnlyMemory<char> Written => _chars.AsMemory(0, Length);

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    /// <summary>Room for at least <paramref name="length"/> more characters; what is used of it is told to <see cref="Advance"/>.</summary>
    public Span<char> Reserve(int length)
    {
        if (_chars.Length - Length < length)
            Array.Resize(ref _chars, Math.Max(2 * _chars.Length, Length + length));
        return _chars.AsSpan(Length);
    }

    public void Advance(int length) => Length += length;
}
