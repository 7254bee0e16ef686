namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>Where the keys and values of a tile lie, a run of 16 positions each.</summary>
internal unsafe struct KvTile
{
    /// <summary>First position.</summary>
    public int First;

    /// <summary>Positions from the first on that are read: 1 to <see cref="AttentionScratch.Tile"/>.</summary>
    public int Count;

    public Pointers Keys;

    public Pointers Values;

    /// <summary>Scales of the keys, behind which those of the values lie, in the pool; without meaning for a format that has none.</summary>
    public Pointers Scales;

    /// <summary>One for each run of the tile.</summary>
    [System.Runtime.CompilerServices.InlineArray(AttentionScratch.Groups)]
    internal struct Pointers
    {
        private nint _first;
    }
}
