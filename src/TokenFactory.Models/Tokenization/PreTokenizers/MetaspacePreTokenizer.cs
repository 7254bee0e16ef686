using TokenFactory.Models.Tokenization.Patterns;

namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>Where a Metaspace puts its symbol although the text has no space there.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the beginning of the whole input only.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Spells spaces as a visible symbol, as SentencePiece does, and cuts before each where asked.</summary>
internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    private readonly SplitPreTokenizer? _split =
        split ? new SplitPreTokenizer(new LiteralPattern(replacement), SplitBehavior.MergedWithNext, invert: false) : null;

    public void Apply(PieceList pieces)
    {
        pieces.Rewrite(pieces.Text.Length + pieces.Pieces.Count, SpellSpaces);
        _split?.Apply(pieces);
    }

    private void SpellSpaces(ReadOnlySpan<char> piece, bool isStart, CharBuffer output)
    {
        bool prepends = scheme == PrependScheme.Always || (scheme == PrependScheme.First && isStart);
        if (prepends && piece[0] != ' ' && !piece.StartsWith(replacement))
            output.Append(replacement);
        foreach (char unit in piece)
            output.Append(unit == ' ' ? replacement : new ReadOnlySpan<char>(in unit));
    }
}
