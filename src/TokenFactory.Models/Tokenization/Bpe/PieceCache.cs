namespace TokenFactory.Models.Tokenization.Bpe;

/// <summary>
/// Remembers the ids of short pieces. Direct-mapped: a new piece takes the place of the one in its slot, so the cache is bounded and
/// follows the text. Safe for any number of threads: entries never change, and a slot is replaced by one reference write.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are not kept: words recur, long stretches do not.</summary>
    public const int LongestPiece = 48;

    private const int Slots = 1 << 15;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public bool TryGet(ReadOnlySpan<char> piece, out ReadOnlySpan<int> ids)
    {
        Entry? entry = Volatile.Read(ref _entries[Slot(piece)]);
        if (entry is not null && piece.SequenceEqual(entry.Piece))
        {
            ids = entry.Ids;
            return true;
        }
        ids = default;
        return false;
    }

    public void Set(ReadOnlySpan<char> piece, ReadOnlySpan<int> ids) =>
        Volatile.Write(ref _entries[Slot(piece)], new Entry(piece.ToString(), ids.ToArray()));

    private static int Slot(ReadOnlySpan<char> piece) => string.GetHashCode(piece) & (Slots - 1);

    private sealed record Entry(string Piece, int[] Ids);
}
