namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>How the places of (row, expert) pairs are cut into tiles, from their number alone: whose they are is known on the device only.</summary>
internal static class ExpertTiles
{
    /// <summary>Rows of a tile where experts have few rows each: the fewest that tensor cores take.</summary>
    public const int Few = 16;

    /// <summary>Rows of a tile where they have many.</summary>
    public const int Many = 64;

    /// <summary>Bytes of a tile in memory.</summary>
    public const int Bytes = 4 * sizeof(int);

    /// <summary>Rows of a tile of so many pairs.</summary>
    public static int RowsFor(int pairs, int experts) => pairs > (long)Few * experts ? Many : Few;

    /// <summary>Most tiles that so many pairs give: the last of each expert that has any may be filled in part.</summary>
    public static int Most(int pairs, int experts) => Math.Min(pairs, experts) + (pairs / RowsFor(pairs, experts));

    /// <summary>Most tiles of any number of pairs up to this.</summary>
    public static int MostUpTo(int pairs, int experts) => (2 * experts) + (pairs / Many);
}
