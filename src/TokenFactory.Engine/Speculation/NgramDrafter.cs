namespace TokenFactory.Engine.Speculation;

/// <summary>
/// Guesses what follows a text from the text itself: what came after the last few tokens when they stood there before (prompt look-up,
/// Saxena 2023). Right wherever an answer quotes its prompt or repeats itself, and free of any second model.
/// </summary>
public static class NgramDrafter
{
    // What two tokens lead to is chance more often than not; longer agreements are found by the same search.
    private const int Shortest = 3;

    // Bounds what a search reads: some microseconds.
    private const int Window = 16_384;

    /// <summary>Copies what may follow into <paramref name="drafts"/> and returns how much: 0 where the end stands nowhere else.</summary>
    /// <param name="tokens">All known tokens.</param>
    /// <param name="drafts">As many as are wanted.</param>
    public static int Find(ReadOnlySpan<int> tokens, Span<int> drafts)
    {
        if (tokens.Length <= Shortest || drafts.IsEmpty)
        {
            return 0;
        }
        int after = FindEarlier(tokens[Math.Max(0, tokens.Length - Window)..]);
        if (after == 0)
        {
            return 0;
        }
        // A text that goes in circles is followed past its end: what follows there is what is being drafted.
        ReadOnlySpan<int> following = tokens[^after..];
        for (int i = 0; i < drafts.Length; i++)
        {
            drafts[i] = i < following.Length ? following[i] : drafts[i - following.Length];
        }
        return drafts.Length;
    }

    /// <summary>How many tokens follow the latest place before the end where its last tokens stand too; 0 where there is none.</summary>
    private static int FindEarlier(ReadOnlySpan<int> tokens)
    {
        ReadOnlySpan<int> end = tokens[^Shortest..];
        for (int from = tokens.Length - 1; from >= Shortest;)
        {
            int found = tokens[(Shortest - 1)..from].LastIndexOf(end[^1]) + Shortest - 1;
            if (found < Shortest - 1)
            {
                return 0;
            }
            if (tokens.Slice(found - Shortest + 1, Shortest).SequenceEqual(end))
            {
                return tokens.Length - 1 - found;
            }
            from = found;
        }
        return 0;
    }
}
