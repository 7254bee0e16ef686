namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>A stretch of <see cref="PieceList.Text"/> that the model encodes by itself.</summary>
internal readonly record struct Piece(int Start, int Length);

/// <summary>A text and the pieces it is cut into, in order, none empty. Pre-tokenizers change either.</summary>
internal sealed class PieceList
{
    private List<Piece> _spare = [];

    public PieceList(string text, bool atStart)
    {
        Text = text.AsMemory();
        AtStart = atStart;
        if (text.Length > 0)
            Pieces.Add(new Piece(0, text.Length));
    }

    public ReadOnlyMemory<char> Text { get; private set; }

    public List<Piece> Pieces { get; private set; } = [];

    /// <summary>
    /// True while the first piece is the beginning of the whole input, not what follows an added token or a removed piece.
    /// </summary>
    public bool AtStart { get; private set; }

    /// <summary>Cuts each piece by <paramref name="cut"/>, which appends what becomes of it.</summary>
    public void Cut(PieceCutter cut)
    {
        _spare.Clear();
        ReadOnlySpan<char> text = Text.Span;
        foreach (Piece piece in Pieces)
            cut(text.Slice(piece.Start, piece.Length), piece.Start, _spare);
        (Pieces, _spare) = (_spare, Pieces);
        AtStart &= Pieces.Count == 0 || Pieces[0].Start == 0;
    }

    /// <summary>
    /// Replaces the text of every piece by what <paramref name="rewrite"/> appends for it; the pieces then lie end to end.
    /// </summary>
    /// <param name="expectedLength">How many characters to make room for at first.</param>
    /// <param name="rewrite">Gets a piece, whether it is the beginning of the whole input, and where to write.</param>
    public void Rewrite(int expectedLength, PieceRewriter rewrite)
    {
        _spare.Clear();
        ReadOnlySpan<char> text = Text.Span;
        CharBuffer output = new(expectedLength);
        for (int i = 0; i < Pieces.Count; i++)
        {
            int start = output.Length;
            rewrite(text.Slice(Pieces[i].Start, Pieces[i].Length), AtStart && i == 0, output);
            if (output.Length > start)
                _spare.Add(new Piece(start, output.Length - start));
        }
        (Pieces, _spare) = (_spare, Pieces);
        Text = output.Written;
    }
}

/// <summary>Appends the parts of a piece; <paramref name="offset"/> is where the piece begins in the whole text.</summary>
internal delegate void PieceCutter(ReadOnlySpan<char> piece, int offset, List<Piece> parts);

/// <summary>Writes what stands in place of a piece.</summary>
internal delegate void PieceRewriter(ReadOnlySpan<char> piece, bool isStart, CharBuffer output);
