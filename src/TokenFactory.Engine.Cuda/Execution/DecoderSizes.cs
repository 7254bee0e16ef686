using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>How large the largest step of a model is, from its configuration alone: what is allocated for it, and what an estimate counts.</summary>
internal sealed record DecoderSizes
{
    private const int DefaultContext = 32_768;

    public DecoderSizes(ModelSpec spec, CudaExecutorOptions options, int multiprocessors)
    {
        Context = Math.Min(spec.MaxPositions, options.MaxContext ?? DefaultContext);
        TableStride = (Context + options.BlockSize - 1) / options.BlockSize;
        Samples = RowBuckets.Of(options.MaxSequences);
        Rows = RowBuckets.Of(options.MaxStepTokens);
        PartialRows = Enumerable.Range(1, Samples)
            .Max(count => count * AttentionDecodeKernel.SplitsFor(count, spec.AttentionHeads, spec.KeyValueHeads, Context, multiprocessors));
        Largest = new StepSize(
            Rows, Samples, AttentionPrefillKernel.TilesOf(options.MaxStepTokens) + options.MaxChunks, Samples, options.MaxSequences, (options.MaxSequences * TableStride) + 1, options.MaxSequences);
        InputBytes = new StepLayout(Largest).Bytes;
    }

    /// <summary>Longest sequence, in tokens.</summary>
    public int Context { get; }

    /// <summary>KV blocks of the longest sequence.</summary>
    public int TableStride { get; }

    /// <summary>Most rows that sample, a bucket.</summary>
    public int Samples { get; }

    /// <summary>Most rows of activations, a bucket.</summary>
    public int Rows { get; }

    /// <summary>Decode rows times the splits of their attention, at most.</summary>
    public int PartialRows { get; }

    /// <summary>The largest step.</summary>
    public StepSize Largest { get; }

    /// <summary>Bytes of its inputs.</summary>
    public int InputBytes { get; }
}
