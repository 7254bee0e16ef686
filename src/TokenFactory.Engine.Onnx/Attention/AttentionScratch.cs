namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>What one task of attention works in. A row is one query head of one token.</summary>
internal readonly unsafe struct AttentionScratch
{
    /// <summary>Positions whose keys and values are gone through together.</summary>
    public const int Tile = 64;

    /// <summary>Runs of <see cref="KvPoolLayout.Lanes"/> positions in a tile.</summary>
    public const int Groups = Tile / KvPoolLayout.Lanes;

    private const int RowsAtOnce = 4;

    /// <param name="layout">The pool's.</param>
    /// <param name="rows">Most rows of a task, a multiple of 4.</param>
    /// <param name="memory"><see cref="Bytes"/> many.</param>
    public AttentionScratch(in KvPoolLayout layout, int rows, byte* memory)
    {
        float* at = (float*)(((nuint)memory + KvPoolLayout.Alignment - 1) / KvPoolLayout.Alignment * KvPoolLayout.Alignment);
        Queries = at;
        Sums = Queries + ((long)rows * layout.PaddedHead);
        Scores = Sums + ((long)rows * layout.PaddedHead);
        Totals = Scores + ((long)rows * Tile);
        Largest = Totals + ((long)rows * KvPoolLayout.Lanes);
        KeyScales = Largest + ((rows + KvPoolLayout.Lanes - 1) / KvPoolLayout.Lanes * KvPoolLayout.Lanes);
        ValueScales = KeyScales + Tile;
        Keys = ValueScales + Tile;
        Values = Keys + ((long)Tile * layout.HeadSize);
    }

    /// <summary>[rows, padded head]: queries, everything that scores are multiplied by in them.</summary>
    public float* Queries { get; }

    /// <summary>[rows, padded head]: values so far, weighted.</summary>
    public float* Sums { get; }

    /// <summary>[rows, tile]: scores, then weights.</summary>
    public float* Scores { get; }

    /// <summary>[rows, lanes]: sums of weights so far, a lane the sum of its positions.</summary>
    public float* Totals { get; }

    /// <summary>[rows]: largest score so far.</summary>
    public float* Largest { get; }

    /// <summary>[tile].</summary>
    public float* KeyScales { get; }

    /// <summary>[tile].</summary>
    public float* ValueScales { get; }

    /// <summary>[groups, head size, lanes]: keys of a tile that are not read where they lie.</summary>
    public float* Keys { get; }

    /// <summary>[tile, padded head].</summary>
    public float* Values { get; }

    public static long Bytes(in KvPoolLayout layout, int rows) =>
        KvPoolLayout.Alignment
        + (sizeof(float) * (((long)rows * ((2 * layout.PaddedHead) + Tile + KvPoolLayout.Lanes + 1)) + KvPoolLayout.Lanes
            + (2 * Tile) + ((long)Tile * (layout.HeadSize + layout.PaddedHead))));

    /// <summary>Rows rounded up to what the kernels take at once: 1, 2, or a multiple of 4.</summary>
    public static int Round(int rows) => rows <= 2 ? rows : (rows + RowsAtOnce - 1) / RowsAtOnce * RowsAtOnce;
}
