using TokenFactory.Engine.KvCache;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Execution;

/// <summary>
/// What one step computes: a flat token array cut into slices, one a sequence. Slices of one token (decode rows, in the main) come
/// first, slices of several (prefill chunks, and decode rows with drafts) after them. A plan is pooled: arrays are sized once and refilled each step.
/// </summary>
public sealed class StepPlan
{
    /// <summary>A token that is not known yet: the one sampled for the same row by the step before. Only where two steps may be in flight.</summary>
    public const int LastSampled = -1;

    private readonly int[] _tokens;
    private readonly StepSlice[] _slices;
    private int _tokenCount;
    private int _sliceCount;
    private int _staleSlices;

    /// <param name="maxTokens">Most tokens of a step.</param>
    /// <param name="maxSlices">Most slices of a step.</param>
    public StepPlan(int maxTokens, int maxSlices)
    {
        _tokens = new int[maxTokens];
        _slices = new StepSlice[maxSlices];
    }

    /// <summary>Grows by one with each step of a loop.</summary>
    public long StepId { get; private set; }

    /// <summary>Token ids of all slices, end to end.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, _tokenCount);

    public ReadOnlySpan<StepSlice> Slices => _slices.AsSpan(0, _sliceCount);

    /// <summary>Leading slices that hold exactly one token.</summary>
    public int SingleTokenSlices { get; private set; }

    /// <summary>Slices that sample a token.</summary>
    public int SampleCount { get; private set; }

    /// <summary>Rows whose logits are wanted: one a slice that samples, and one for each draft.</summary>
    public int SampledRows { get; private set; }

    /// <summary>Slices that are pooled.</summary>
    public int PoolCount { get; private set; }

    public bool IsEmpty => _sliceCount == 0;

    /// <summary>Empties the plan for another step.</summary>
    public void Reset(long stepId)
    {
        _staleSlices = Math.Max(_staleSlices, _sliceCount);
        StepId = stepId;
        _tokenCount = 0;
        _sliceCount = 0;
        SingleTokenSlices = 0;
        SampleCount = 0;
        SampledRows = 0;
        PoolCount = 0;
    }

    /// <summary>Drops what slices of the step before still refer to beyond this step's own; the others were overwritten.</summary>
    public void DropStale()
    {
        if (_staleSlices > _sliceCount)
        {
            Array.Clear(_slices, _sliceCount, _staleSlices - _sliceCount);
        }
        _staleSlices = _sliceCount;
    }

    /// <summary>
    /// Adds a slice of <paramref name="count"/> tokens and returns its tokens for the caller to fill. Single-token slices go before
    /// all others: adding one after a longer slice throws <see cref="InvalidOperationException"/>.
    /// </summary>
    public Span<int> Add(
        int row, int start, int count, bool fresh, KvBlockTable blocks, int blockCount, SamplingState? sampling, bool pools = false, int drafts = 0)
    {
        if (count == 1)
        {
            if (SingleTokenSlices != _sliceCount)
            {
                throw new InvalidOperationException("A single-token slice follows a prefill chunk; executors read them first.");
            }
            SingleTokenSlices++;
        }

        ref StepSlice slice = ref _slices[_sliceCount++];
        slice.Row = row;
        slice.TokenOffset = _tokenCount;
        slice.Count = count;
        slice.Start = start;
        slice.Fresh = fresh;
        slice.Blocks = blocks;
        slice.BlockCount = blockCount;
        slice.Sampling = sampling;
        slice.Pools = pools;
        slice.Drafts = drafts;
        if (sampling is not null)
        {
            SampleCount++;
            SampledRows += 1 + drafts;
        }
        if (pools)
        {
            PoolCount++;
        }

        Span<int> tokens = _tokens.AsSpan(_tokenCount, count);
        _tokenCount += count;
        return tokens;
    }
}
