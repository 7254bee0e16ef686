using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Engine.Onnx.Memory;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>The slices of the step that is computed, as attention reads them: in native memory, with their block tables.</summary>
internal sealed unsafe class StepSlices : IDisposable
{
    private readonly NativeRegion _slices;
    private readonly NativeRegion _blocks;
    private readonly int _blockSize;
    private readonly int _mostBlocks;

    /// <param name="maxSequences">Most slices of a step.</param>
    /// <param name="capacity">Tokens of the longest sequence.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    public StepSlices(int maxSequences, int capacity, int blockSize)
    {
        _blockSize = blockSize;
        _mostBlocks = (capacity + blockSize - 1) / blockSize;
        _slices = new NativeRegion((long)maxSequences * sizeof(AttentionSlice));
        _blocks = new NativeRegion((long)maxSequences * _mostBlocks * sizeof(int));
    }

    public AttentionSlice* Slices => (AttentionSlice*)_slices.Base;

    public int Count { get; private set; }

    /// <summary>Tokens of all slices.</summary>
    public int Tokens { get; private set; }

    public void Set(StepPlan plan)
    {
        Count = plan.Slices.Length;
        Tokens = plan.Tokens.Length;
        for (int i = 0; i < Count; i++)
        {
            ref readonly StepSlice slice = ref plan.Slices[i];
            int* blocks = (int*)_blocks.Base + ((long)i * _mostBlocks);
            int used = (slice.Start + slice.Count + _blockSize - 1) / _blockSize;
            slice.Blocks.Blocks[..used].CopyTo(new Span<int>(blocks, _mostBlocks));
            Slices[i] = new AttentionSlice { Start = slice.Start, Count = slice.Count, FirstToken = slice.TokenOffset, Blocks = blocks };
        }
    }

    public void Dispose()
    {
        _slices.Dispose();
        _blocks.Dispose();
    }
}
