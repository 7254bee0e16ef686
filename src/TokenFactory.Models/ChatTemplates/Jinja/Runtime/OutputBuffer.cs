using System.Buffers;

namespace TokenFactory.Models.ChatTemplates.Jinja.Runtime;

/// <summary>
/// The one text buffer of a rendering, pooled. A macro, a set block or a printed value writes at its end and is then cut off
/// again as a text of its own: <see cref="Mark"/> before, <see cref="Cut"/> after.
/// </summary>
internal sealed class OutputBuffer(RenderBudget budget) : IDisposable
{
    private char[] _characters = ArrayPool<char>.Shared.Rent(4096);
    private int _length;

    public void Append(char character)
    {
        if (_length == _characters.Length)
            Grow(1);
        _characters[_length++] = character;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.Length > _characters.Length - _length)
            Grow(text.Length);
        text.CopyTo(_characters.AsSpan(_length));
        _length += text.Length;
        if (text.Length > 64)
            budget.ReadText(text.Length);
    }

    public void AppendRepeated(char character, long count)
    {
        if (count <= 0)
            return;
        if (count > _characters.Length - _length)
            Grow(count);
        _characters.AsSpan(_length, (int)count).Fill(character);
        _length += (int)count;
    }

    /// <summary>The place from which a later <see cref="Cut"/> takes the text.</summary>
    public int Mark() => _length;

    /// <summary>Removes and returns what was written since the mark.</summary>
    public string Cut(int mark)
    {
        budget.AllocateText(_length - mark);
        string text = new(_characters, mark, _length - mark);
        _length = mark;
        return text;
    }

    /// <summary>The characters since the mark; valid until the next write.</summary>
    public Span<char> Since(int mark) => _characters.AsSpan(mark, _length - mark);

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_characters);
        _characters = [];
        _length = 0;
    }

    private void Grow(long added)
    {
        long needed = _length + added;
        if (needed > budget.MaxOutputLength)
            budget.AllocateText(needed);
        long size = Math.Min(Math.Max(needed, 2L * _characters.Length), Math.Max(needed, budget.MaxOutputLength));
        char[] larger = ArrayPool<char>.Shared.Rent((int)size);
        _characters.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_characters);
        _characters = larger;
    }
}
