using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Turns a plan into the block that is uploaded for it. Block tables stay on the device: only entries that are new since a row's last step
/// are sent, and the sampling of a sequence once.
/// </summary>
internal sealed class StepWriter(SamplingRows sampling, int rows, int tableStride, int spareBlock, bool graphs)
{
    private readonly int[] _knownBlocks = new int[rows + 1];
    private readonly bool[] _isSet = new bool[rows + 1];
    private bool _spareIsKnown;

    /// <summary>The row of fill-ups.</summary>
    private int SpareRow => rows;

    /// <summary>How much a plan sends.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isRecordable">Whether it is a <see cref="StepSize.Decode"/>.</param>
    public StepSize Measure(StepPlan plan, out bool isRecordable)
    {
        int entries = _spareIsKnown ? 0 : 1;
        int settings = 0;
        int tiles = 0;
        foreach (ref readonly StepSlice slice in plan.Slices)
        {
            entries += slice.BlockCount - (slice.Fresh ? 0 : _knownBlocks[slice.Row]);
            settings += slice.Samples && (slice.Fresh || !_isSet[slice.Row]) ? 1 : 0;
            tiles += slice.Count > 1 ? AttentionPrefillKernel.TilesOf(slice.Count) : 0;
        }
        int slices = plan.Slices.Length;
        int bucket = RowBuckets.Of(slices);
        isRecordable = graphs && plan.SingleTokenSlices == slices && plan.SampleCount == slices && settings == 0 && entries <= bucket;
        return isRecordable
            ? StepSize.Decode(bucket)
            : new StepSize(RowBuckets.Of(plan.Tokens.Length), plan.SingleTokenSlices, tiles, plan.SampleCount == 0 ? 0 : RowBuckets.Of(plan.SampleCount), plan.PoolCount, entries, settings);
    }

    /// <summary>Sends again, with the next step, what only the first one sends: a step that failed may not have brought it. Its sequences begin anew.</summary>
    public void Forget() => _spareIsKnown = false;

    /// <summary>Writes a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="layout">Of what <see cref="Measure"/> said.</param>
    /// <param name="to">At least as long as the layout.</param>
    /// <param name="samples">Takes the slice and the state of each sample, in order.</param>
    public void Write(StepPlan plan, in StepLayout layout, PinnedMemory to, List<(int Slice, SamplingState State)> samples)
    {
        StepSize size = layout.Size;
        Span<int> tokens = to.As<int>(size.Tokens, layout.Tokens);
        Span<int> tokenRows = to.As<int>(size.Tokens, layout.Rows);
        Span<int> positions = to.As<int>(size.Tokens, layout.Positions);
        Span<PrefillTile> tiles = to.As<PrefillTile>(size.Tiles, layout.Tiles);
        Span<int> sampleTokens = to.As<int>(size.Samples, layout.SampleTokens);
        Span<int> sampleRows = to.As<int>(size.Samples, layout.SampleRows);
        Span<int> poolTokens = to.As<int>(size.Pools, layout.PoolTokens);
        Span<int> indices = to.As<int>(size.TableEntries, layout.TableIndices);
        Span<int> blocks = to.As<int>(size.TableEntries, layout.TableBlocks);
        Span<int> settingRows = to.As<int>(size.Settings, layout.SettingRows);
        Span<SamplingSettings> settings = to.As<SamplingSettings>(size.Settings, layout.Settings);
        int entry = 0;
        int tile = 0;
        int setting = 0;
        int pool = 0;
        samples.Clear();
        plan.Tokens.CopyTo(tokens);
        if (!_spareIsKnown)
        {
            _spareIsKnown = true;
            (indices[entry], blocks[entry++]) = (SpareRow * tableStride, spareBlock);
        }
        for (int i = 0; i < plan.Slices.Length; i++)
        {
            ref readonly StepSlice slice = ref plan.Slices[i];
            int row = slice.Row;
            if (slice.Fresh)
            {
                (_knownBlocks[row], _isSet[row]) = (0, false);
            }
            for (int known = _knownBlocks[row]; known < slice.BlockCount; known++)
            {
                (indices[entry], blocks[entry++]) = ((row * tableStride) + known, slice.Blocks[known]);
            }
            _knownBlocks[row] = slice.BlockCount;
            tokenRows.Slice(slice.TokenOffset, slice.Count).Fill(row);
            for (int j = 0; j < slice.Count; j++)
            {
                positions[slice.TokenOffset + j] = slice.Start + j;
            }
            if (slice.Count > 1)
            {
                AttentionPrefillKernel.Cut(slice.TokenOffset, slice.Start, slice.Count, row, tiles[tile..]);
                tile += AttentionPrefillKernel.TilesOf(slice.Count);
            }
            int last = slice.TokenOffset + slice.Count - 1;
            if (slice.Pools)
            {
                poolTokens[pool++] = last;
            }
            if (slice.Sampling is not { } state)
            {
                continue;
            }
            sampleTokens[samples.Count] = last;
            sampleRows[samples.Count] = row;
            samples.Add((i, state));
            if (!_isSet[row])
            {
                _isSet[row] = true;
                settingRows[setting] = row;
                settings[setting++] = sampling.Prepare(row, state);
            }
        }
        int used = plan.Tokens.Length;
        tokens[used..].Clear();
        positions[used..].Clear();
        tokenRows[used..].Fill(SpareRow);
        sampleTokens[samples.Count..].Clear();
        sampleRows[samples.Count..].Fill(SpareRow);
        indices[entry..].Fill(-1);
        blocks[entry..].Clear();
    }
}
