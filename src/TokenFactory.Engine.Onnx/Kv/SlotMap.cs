using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>
/// Gives rows slots so that each step's decode rows are neighbours, moving as little as it can. A newcomer takes a hole or the slot
/// next to the window. When a sequence ends, its hole is first computed along (a newcomer often fills it); once that has cost about
/// as much as copying an edge sequence into it, the copy is made. Full blocks lie in the pool, so a sequence that does not run in a
/// step can lose its slot for the price of its last, incomplete block.
/// </summary>
internal sealed class SlotMap
{
    private const int Free = -1;

    // Tokens whose copy takes about as long as one more row of a decode step.
    private const int TokensPerRowStep = 64;

    private readonly KvStore _store;
    private readonly KvRow[] _rows;
    private readonly int[] _rowOfSlot;
    private readonly bool[] _decodes;
    private readonly int[] _chunkTokens;
    private readonly int[] _touched;
    private readonly long _mostTouched;
    private int _debt;

    /// <param name="store">The memory.</param>
    /// <param name="residentTokens">Above this many tokens whose slot pages were ever used, a slot that falls free gives them back.</param>
    public SlotMap(KvStore store, long residentTokens)
    {
        _store = store;
        _mostTouched = residentTokens;
        _touched = new int[store.Geometry.Slots];
        int slots = store.Geometry.Slots;
        _rows = [.. Enumerable.Range(0, slots).Select(_ => new KvRow())];
        _rowOfSlot = new int[slots];
        _decodes = new bool[slots];
        _chunkTokens = new int[slots];
        _rowOfSlot.AsSpan().Fill(Free);
        Window = new DecodeWindow(slots);
    }

    /// <summary>The decode window of the step placed last.</summary>
    public DecodeWindow Window { get; }

    /// <summary>Sequences copied from slot to slot so far.</summary>
    public long Moves { get; private set; }

    /// <summary>Holes computed along so far.</summary>
    public long Holes { get; private set; }

    public int SlotOf(int row) => _rows[row].Slot;

    /// <summary>Brings every sequence of the plan into a slot, with its keys and values before the slice, and lays the window.</summary>
    public void Place(StepPlan plan)
    {
        Array.Clear(_decodes);
        Array.Clear(_chunkTokens);
        ReadOnlySpan<StepSlice> slices = plan.Slices;
        foreach (ref readonly StepSlice slice in slices)
        {
            Enter(slice);
        }
        foreach (ref readonly StepSlice slice in slices)
        {
            if (_rows[slice.Row].Slot < 0)
            {
                Load(slice.Row, ChooseSlot());
            }
        }
        Compact();
        LayWindow(plan);
    }

    /// <summary>Takes in that the plan's slices are computed: saves the blocks they filled.</summary>
    public void Complete(StepPlan plan)
    {
        int blockSize = _store.Geometry.BlockSize;
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            KvRow row = _rows[slice.Row];
            row.Length = slice.Start + slice.Count;
            _touched[row.Slot] = Math.Max(_touched[row.Slot], row.Length);
            for (int index = slice.Start / blockSize; index < row.Length / blockSize; index++)
            {
                _store.SaveBlock(row.Slot, index, slice.Blocks[index]);
            }
        }
    }

    private void Enter(in StepSlice slice)
    {
        KvRow row = _rows[slice.Row];
        if (slice.Fresh)
        {
            Leave(row);
            row.TailIndex = -1;
            row.Length = slice.Start;
        }
        else if (slice.Start > row.Length)
        {
            throw new ExecutorException($"Row {slice.Row} continues at position {slice.Start}, but only {row.Length} of its tokens are computed.");
        }
        row.Blocks = slice.Blocks;
        // What lies behind the slice's start is about to be computed anew.
        row.Length = slice.Start;
        _decodes[slice.Row] = slice.Count == 1;
        _chunkTokens[slice.Row] = slice.Count;
    }

    private void Leave(KvRow row)
    {
        if (row.Slot < 0)
        {
            return;
        }
        int slot = row.Slot;
        _rowOfSlot[slot] = Free;
        row.Slot = -1;
        if (_touched.Sum() > _mostTouched)
        {
            _store.Discard(slot);
            _touched[slot] = 0;
        }
    }

    private void Load(int row, int slot)
    {
        if (_rowOfSlot[slot] != Free)
        {
            Evict(slot);
        }
        KvRow state = _rows[row];
        int blockSize = _store.Geometry.BlockSize;
        int full = state.Length / blockSize;
        for (int index = 0; index < full; index++)
        {
            _store.RestoreBlock(slot, index, state.Blocks![index]);
        }
        if (state.Length % blockSize is > 0 and int tail)
        {
            RestorePart(slot, full, tail, row);
        }
        state.Slot = slot;
        _rowOfSlot[slot] = row;
    }

    // A sequence that went back within its own tokens may need the first part of a block that was full when it left its slot.
    private void RestorePart(int slot, int index, int tokens, int row)
    {
        KvRow state = _rows[row];
        if (state.TailIndex == index)
        {
            _store.RestoreTail(slot, index, tokens, row);
        }
        else
        {
            _store.RestoreBlock(slot, index, state.Blocks![index]);
        }
    }

    private void Evict(int slot)
    {
        int row = _rowOfSlot[slot];
        KvRow state = _rows[row];
        state.TailIndex = state.Length / _store.Geometry.BlockSize;
        if (state.Length % _store.Geometry.BlockSize is > 0 and int tail)
        {
            _store.SaveTail(slot, state.TailIndex, tail, row);
        }
        Leave(state);
    }

    // A free slot if there is one, else one whose row rests; among them the one nearest to the window, inside it first.
    private int ChooseSlot()
    {
        (int low, int high) = Edges();
        int best = -1;
        int bestCost = int.MaxValue;
        for (int slot = 0; slot < _rowOfSlot.Length; slot++)
        {
            int row = _rowOfSlot[slot];
            if (row != Free && Runs(row))
            {
                continue;
            }
            int distance = high < low ? slot : Math.Max(Math.Max(low - slot, slot - high), 0);
            int cost = (distance * 2) + (row == Free ? 0 : _rowOfSlot.Length);
            if (cost < bestCost)
            {
                (best, bestCost) = (slot, cost);
            }
        }
        return best;
    }

    private bool Runs(int row) => _decodes[row] || _chunkTokens[row] > 0;

    // First and last slot that decodes; (0, -1) where none does.
    private (int Low, int High) Edges()
    {
        int low = 0;
        int high = -1;
        for (int slot = 0; slot < _rowOfSlot.Length; slot++)
        {
            if (Decodes(slot))
            {
                low = high < 0 ? slot : low;
                high = slot;
            }
        }
        return (low, high);
    }

    private bool Decodes(int slot) => _rowOfSlot[slot] is not Free and int row && _decodes[row];

    private void Compact()
    {
        while (true)
        {
            (int low, int high) = Edges();
            int holes = CountHoles(low, high, out bool blocked);
            if (holes == 0)
            {
                _debt = 0;
                return;
            }
            int rows = high - low + 1 - holes;
            int lowLength = _rows[_rowOfSlot[low]].Length;
            int highLength = _rows[_rowOfSlot[high]].Length;
            int cost = 1 + (Math.Min(lowLength, highLength) / TokensPerRowStep);
            if (!blocked && holes <= Math.Max(1, rows / 4) && _debt + holes < cost)
            {
                _debt += holes;
                Holes += holes;
                return;
            }
            int edge = lowLength < highLength ? low : high;
            Move(edge, edge == high ? FirstHole(low, 1) : FirstHole(high, -1));
            _debt = 0;
        }
    }

    // A hole is blocked where its row has no position left that the unwanted token could go to.
    private int CountHoles(int low, int high, out bool blocked)
    {
        int holes = 0;
        blocked = false;
        for (int slot = low; slot <= high; slot++)
        {
            if (!Decodes(slot))
            {
                holes++;
                blocked |= SparePosition(slot) >= _store.Geometry.Capacity;
            }
        }
        return holes;
    }

    // The first position of a slot that holds nothing and that the step does not write.
    private int SparePosition(int slot) => _rowOfSlot[slot] is not Free and int row ? _rows[row].Length + _chunkTokens[row] : 0;

    private int FirstHole(int slot, int step)
    {
        while (Decodes(slot))
        {
            slot += step;
        }
        return slot;
    }

    private void Move(int from, int to)
    {
        int occupant = _rowOfSlot[to];
        if (occupant != Free)
        {
            Evict(to);
        }
        int row = _rowOfSlot[from];
        _store.CopySlot(from, to, _rows[row].Length);
        _rows[row].Slot = to;
        _rowOfSlot[to] = row;
        _rowOfSlot[from] = Free;
        Moves++;
        if (occupant != Free && Runs(occupant))
        {
            Load(occupant, from);
        }
    }

    private void LayWindow(StepPlan plan)
    {
        (int low, int high) = Edges();
        Window.Reset(low, high - low + 1);
        for (int slot = low; slot <= high; slot++)
        {
            Window.Set(slot, -1, SparePosition(slot));
        }
        ReadOnlySpan<StepSlice> slices = plan.Slices[..plan.SingleTokenSlices];
        for (int i = 0; i < slices.Length; i++)
        {
            Window.Set(_rows[slices[i].Row].Slot, i, slices[i].Start);
        }
    }
}
