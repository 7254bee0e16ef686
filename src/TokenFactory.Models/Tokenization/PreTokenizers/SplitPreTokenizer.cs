using TokenFactory.Models.Tokenization.Patterns;

namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>What becomes of the delimiters a split finds.</summary>
internal enum SplitBehavior
{
    /// <summary>Each is a piece of its own.</summary>
    Isolated,

    /// <summary>They vanish.</summary>
    Removed,

    /// <summary>Each joins the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each joins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters make one piece.</summary>
    Contiguous,
}

/// <summary>Cuts pieces at a pattern; with <paramref name="invert"/>, what lies between the matches are the delimiters.</summary>
internal sealed class SplitPreTokenizer(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Apply(PieceList pieces)
    {
        List<TextMatch> matches = [];
        pieces.Cut((piece, offset, parts) =>
        {
            matches.Clear();
            pattern.Find(piece, matches);
            Cut(piece.Length, offset, matches, parts);
        });
    }

    private void Cut(int length, int offset, List<TextMatch> matches, List<Piece> parts)
    {
        PartWriter writer = new(behavior, offset, parts);
        int position = 0;
        foreach (TextMatch match in matches)
        {
            if (position < match.Start)
                writer.Add(position, match.Start, isDelimiter: invert);
            writer.Add(match.Start, match.End, isDelimiter: !invert);
            position = match.End;
        }
        if (position < length)
            writer.Add(position, length, isDelimiter: invert);
    }

    /// <summary>Takes delimiters and what lies between them in order, and joins, drops or keeps each by the behaviour.</summary>
    private ref struct PartWriter(SplitBehavior behavior, int offset, List<Piece> parts)
    {
        private readonly int _first = parts.Count;
        private bool _afterDelimiter;

        public void Add(int start, int end, bool isDelimiter)
        {
            bool joins = behavior switch
            {
                SplitBehavior.Contiguous => isDelimiter == _afterDelimiter,
                SplitBehavior.MergedWithPrevious => isDelimiter && !_afterDelimiter,
                SplitBehavior.MergedWithNext => !isDelimiter && _afterDelimiter,
                _ => false,
            };
            _afterDelimiter = isDelimiter;
            if (start == end || (behavior == SplitBehavior.Removed && isDelimiter))
                return;
            if (joins && parts.Count > _first)
                parts[^1] = parts[^1] with { Length = parts[^1].Length + end - start };
            else
                parts.Add(new Piece(offset + start, end - start));
        }
    }
}
