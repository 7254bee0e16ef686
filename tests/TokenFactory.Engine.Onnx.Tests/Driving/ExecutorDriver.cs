using TokenFactory.Engine.Execution;
using TokenFactory.Engine.KvCache;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Driving;

/// <summary>
/// A small scheduler for tests: it hands out rows and blocks, keeps full blocks by content for reuse if asked to, and runs whatever
/// steps a test wants, however unlikely.
/// </summary>
internal sealed class ExecutorDriver
{
    private readonly OnnxModelExecutor _executor;
    private readonly StepPlan _plan;
    private readonly Queue<int> _freeBlocks;
    private readonly Stack<int> _freeRows;
    private readonly KvBlockTable[] _tables;
    private readonly Dictionary<string, int> _cached = [];
    private readonly bool _reuse;
    private long _step;

    public ExecutorDriver(OnnxModelExecutor executor, bool reuse = false)
    {
        _executor = executor;
        _reuse = reuse;
        ExecutorLimits limits = executor.Limits;
        _plan = new StepPlan(limits.MaxStepTokens, limits.MaxSequences);
        _freeBlocks = new Queue<int>(Enumerable.Range(0, limits.BlockCount));
        _freeRows = new Stack<int>(Enumerable.Range(0, limits.MaxSequences));
        _tables = [.. Enumerable.Range(0, limits.MaxSequences).Select(_ => new KvBlockTable(limits.BlockCount))];
    }

    /// <summary>Prompt tokens that came from blocks computed before.</summary>
    public int ReusedTokens { get; private set; }

    public bool HasFreeRow => _freeRows.Count > 0;

    private int BlockSize => _executor.Limits.BlockSize;

    /// <summary>Gives a sequence a row and the cached blocks of its prefix; at least its last token is left to compute.</summary>
    public void Admit(DrivenSequence sequence)
    {
        sequence.Row = _freeRows.Pop();
        sequence.Table = _tables[sequence.Row];
        sequence.Table.Clear();
        sequence.Fresh = true;
        sequence.Computed = 0;
        while (_reuse && sequence.Computed + BlockSize < sequence.Tokens.Count
            && _cached.TryGetValue(Key(sequence, sequence.Computed + BlockSize), out int block))
        {
            sequence.Table.Add(block);
            sequence.Computed += BlockSize;
        }
        ReusedTokens += sequence.Computed;
    }

    /// <summary>Takes a sequence's row away; with reuse its full blocks stay, otherwise they are handed out again.</summary>
    public void Retire(DrivenSequence sequence)
    {
        for (int i = 0; i < sequence.Table!.Count; i++)
        {
            bool full = (i + 1) * BlockSize <= sequence.Computed;
            if (!_reuse || !full)
            {
                _freeBlocks.Enqueue(sequence.Table[i]);
            }
            else
            {
                _cached.TryAdd(Key(sequence, (i + 1) * BlockSize), sequence.Table[i]);
            }
        }
        _freeRows.Push(sequence.Row);
        sequence.Row = -1;
    }

    /// <summary>Computes one step: one token of each sequence in <paramref name="decode"/>, and chunks of the others.</summary>
    public void Step(IReadOnlyList<DrivenSequence> decode, params IReadOnlyList<(DrivenSequence Sequence, int Count)> chunks)
    {
        _plan.Reset(++_step);
        List<DrivenSequence> slices = [];
        foreach ((DrivenSequence sequence, int count) in decode.Select(s => (s, 1)).Concat(chunks).OrderBy(pair => pair.Item2 > 1))
        {
            Add(sequence, count);
            slices.Add(sequence);
        }
        _executor.Runner.LogitsObserver = (slice, logits) => slices[slice].Logits.Add(logits.ToArray());
        _executor.Submit(_plan);
        StepResult result = _executor.Wait();
        _executor.Runner.LogitsObserver = null;
        Assert.Equal(_step, result.StepId);
        int index = 0;
        int pooled = 0;
        for (int i = 0; i < slices.Count; i++)
        {
            slices[i].Fresh = false;
            slices[i].Computed += _plan.Slices[i].Count;
            if (_plan.Slices[i].Samples)
            {
                Assert.Equal(i, result.Samples[index].Slice);
                slices[i].Tokens.Add(result.Samples[index++].Token);
            }
            else if (_plan.Slices[i].Pools)
            {
                Assert.Equal(i, result.PooledSlices[pooled]);
                slices[i].Pooled = result.Pooled(pooled++).ToArray();
            }
        }
        Assert.Equal((index, pooled), (result.Samples.Length, result.PooledSlices.Length));
    }

    /// <summary>Runs one sequence alone from its current state to its end.</summary>
    public void RunAlone(DrivenSequence sequence, int chunk)
    {
        Admit(sequence);
        RunOn(sequence, chunk);
        Retire(sequence);
    }

    /// <summary>Runs one sequence that has a row to its end.</summary>
    public void RunOn(DrivenSequence sequence, int chunk = 1)
    {
        while (!sequence.Finished)
        {
            int count = Math.Min(chunk, sequence.Pending);
            if (count == 1)
            {
                Step([sequence]);
            }
            else
            {
                Step([], (sequence, count));
            }
        }
    }

    private void Add(DrivenSequence sequence, int count)
    {
        int end = sequence.Computed + count;
        while (sequence.Table!.Count * BlockSize < end)
        {
            sequence.Table.Add(_freeBlocks.Dequeue());
        }
        bool isLast = end == sequence.Tokens.Count;
        Span<int> tokens = _plan.Add(
            sequence.Row, sequence.Computed, count, sequence.Fresh, sequence.Table, sequence.Table.Count, isLast && !sequence.IsPooled ? sequence.Sampling : null,
            isLast && sequence.IsPooled);
        for (int i = 0; i < count; i++)
        {
            tokens[i] = sequence.Tokens[sequence.Computed + i];
        }
    }

    private static string Key(DrivenSequence sequence, int length) => string.Join(',', sequence.Tokens.Take(length));
}
