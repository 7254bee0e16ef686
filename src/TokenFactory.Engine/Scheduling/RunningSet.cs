using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Scheduling;

/// <summary>
/// The sequences that hold a row, in order of admission, and the rows' block tables. A row has as many tables as steps may be in
/// flight, and each new holder gets the next: steps under way go on reading the table of the sequence that they were planned for.
/// </summary>
internal sealed class RunningSet
{
    private readonly Sequence[] _sequences;
    private readonly int[] _freeRows;
    private readonly KvBlockTable[][] _tables;
    private readonly int[] _turns;
    private int _freeRowCount;
    private int _length;

    public RunningSet(int rows, int blocksPerSequence, int stepsInFlight)
    {
        _sequences = new Sequence[rows];
        _freeRows = new int[rows];
        _tables = new KvBlockTable[rows][];
        _turns = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            _freeRows[row] = rows - 1 - row;
            _tables[row] = [.. Enumerable.Range(0, stepsInFlight).Select(_ => new KvBlockTable(blocksPerSequence))];
        }
        _freeRowCount = rows;
    }

    public int Count { get; private set; }

    /// <summary>Sequences by admission. Those that left since the last <see cref="Compact"/> are still among them and do not run any more.</summary>
    public ReadOnlySpan<Sequence> Sequences => _sequences.AsSpan(0, _length);

    /// <summary>The block table that the next <see cref="Add"/> will give away.</summary>
    public KvBlockTable NextTable => TableOf(_freeRows[_freeRowCount - 1]);

    public void Add(Sequence sequence)
    {
        if (_length == _sequences.Length)
        {
            Compact();
        }
        sequence.Row = _freeRows[--_freeRowCount];
        sequence.Blocks = TableOf(sequence.Row);
        sequence.State = SequenceState.Running;
        sequence.IsFresh = true;
        sequence.ListIndex = _length;
        _sequences[_length++] = sequence;
        Count++;
    }

    /// <summary>Takes the row away; the caller sets the new state and has released the blocks.</summary>
    public void Remove(Sequence sequence)
    {
        _freeRows[_freeRowCount++] = sequence.Row;
        _turns[sequence.Row] = (_turns[sequence.Row] + 1) % _tables[sequence.Row].Length;
        sequence.Row = -1;
        sequence.Blocks = null!;
        Count--;
    }

    /// <summary>Closes the gaps that sequences left.</summary>
    public void Compact()
    {
        if (_length == Count)
        {
            return;
        }
        int kept = 0;
        for (int i = 0; i < _length; i++)
        {
            // A sequence that was preempted and let in again since stands in the list twice; its later place is the valid one.
            Sequence sequence = _sequences[i];
            if (sequence.State == SequenceState.Running && sequence.ListIndex == i)
            {
                sequence.ListIndex = kept;
                _sequences[kept++] = sequence;
            }
        }
        Array.Clear(_sequences, kept, _length - kept);
        _length = kept;
    }

    /// <summary>The sequence that is least preferred: of the last lane, of those the latest to arrive. One planned for this step stays.</summary>
    public Sequence ChooseVictim(long stepId)
    {
        Sequence? victim = null;
        foreach (Sequence candidate in Sequences)
        {
            if (candidate.State == SequenceState.Running && candidate.PlannedStep != stepId
                && (victim is null || candidate.Lane > victim.Lane || (candidate.Lane == victim.Lane && candidate.Id > victim.Id)))
            {
                victim = candidate;
            }
        }
        return victim!;
    }

    private KvBlockTable TableOf(int row) => _tables[row][_turns[row]];
}
