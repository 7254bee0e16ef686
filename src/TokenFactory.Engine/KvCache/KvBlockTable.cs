namespace TokenFactory.Engine.KvCache;

/// <summary>
/// The KV blocks of the sequence that holds a row, in order of position. The array belongs to the row (one for each step in flight) and is sized for the longest
/// sequence, so that growing never allocates and readers never see it move.
/// </summary>
public sealed class KvBlockTable
{
    private readonly int[] _blocks;

    /// <param name="capacity">Blocks of the longest sequence.</param>
    public KvBlockTable(int capacity) => _blocks = new int[capacity];

    public int Count { get; private set; }

    public int Capacity => _blocks.Length;

    public int this[int index] => _blocks[index];

    public ReadOnlySpan<int> Blocks => _blocks.AsSpan(0, Count);

    public void Add(int block) => _blocks[Count++] = block;

    public void Clear() => Count = 0;
}
