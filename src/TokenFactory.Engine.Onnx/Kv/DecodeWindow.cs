namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>
/// The run of neighbouring slots that a step's decode rows are computed over. A slot in it that does not decode (a hole) computes a
/// token that nobody wants, at a position that is overwritten before it is read.
/// </summary>
internal sealed class DecodeWindow(int slots)
{
    private readonly int[] _slices = new int[slots];
    private readonly int[] _positions = new int[slots];

    /// <summary>First slot.</summary>
    public int Start { get; private set; }

    public int Count { get; private set; }

    /// <summary>The slice that each slot computes; -1 in a hole.</summary>
    public ReadOnlySpan<int> Slices => _slices.AsSpan(0, Count);

    /// <summary>The position of each slot's token.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    public void Reset(int start, int count)
    {
        Start = start;
        Count = count;
        _slices.AsSpan(0, count).Fill(-1);
        _positions.AsSpan(0, count).Clear();
    }

    public void Set(int slot, int slice, int position)
    {
        _slices[slot - Start] = slice;
        _positions[slot - Start] = position;
    }
}
