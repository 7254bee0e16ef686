using TokenFactory.Engine.Onnx.Execution;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Fit;

/// <summary>
/// What a model takes of the machine's memory, computed from its configuration before anything is loaded, by the same arithmetic that
/// lays it out when it is. Bytes are of one replica unless a member says otherwise: replicas share nothing, since ONNX Runtime repacks
/// the weights for itself.
/// </summary>
public sealed record MemoryFit
{
    // ONNX Runtime, its threads and the tokenizer's tables, beside what is counted below.
    private const long RuntimeBytes = 48L << 20;

    /// <summary>How the weights are held; never <see cref="WeightPrecision.Auto"/>.</summary>
    public required WeightPrecision Precision { get; init; }

    /// <summary>Replicas counted in <see cref="TotalBytes"/>.</summary>
    public required int Replicas { get; init; }

    /// <summary>The converted weights: the length of their file, to the byte.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Keys and values of one token over all layers.</summary>
    public required long KvTokenBytes { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public required int Sequences { get; init; }

    /// <summary>Longest sequence, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>The pool of KV blocks, which running requests and cached prefixes fill.</summary>
    public required long KvPoolBytes { get; init; }

    /// <summary>
    /// What the slots of running sequences come to: their copies of blocks of the pool, so no more than the pool, and no more than
    /// <see cref="Sequences"/> of <see cref="Context"/> tokens.
    /// </summary>
    public required long KvSlotBytes { get; init; }

    /// <summary>Activations and logits of a step, rotation tables, and the runtime itself; an estimate.</summary>
    public required long WorkBytes { get; init; }

    public long KvBytes => KvPoolBytes + KvSlotBytes;

    public long ReplicaBytes => WeightBytes + KvBytes + WorkBytes;

    /// <summary>Everything, over all replicas, when the KV memory is full.</summary>
    public long TotalBytes => ReplicaBytes * Replicas;

    /// <summary>Tokens that the pool holds.</summary>
    public long KvTokens => KvPoolBytes / KvTokenBytes;

    /// <summary>Sequences of the longest context that a replica can hold at once.</summary>
    public int FullSequences => (int)Math.Min(Sequences, KvTokens / Context);

    /// <summary>Estimates.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">How it would be loaded, before it is divided among replicas.</param>
    /// <param name="replicas">How many replicas, at least 1.</param>
    /// <param name="machineBytes">Memory of the machine or its container.</param>
    /// <exception cref="ArgumentException">The options make no sense, or leave no room for a KV block.</exception>
    public static MemoryFit Estimate(ModelSpec spec, OnnxExecutorOptions options, int replicas, long machineBytes)
    {
        options.Validate();
        WeightPrecision precision = OnnxModelExecutor.Resolve(options.Precision, spec.ParameterCount);
        KvGeometry geometry = KvSizing.Compute(spec, options, machineBytes / replicas);
        return new MemoryFit
        {
            Precision = precision,
            Replicas = replicas,
            WeightBytes = WeightLayout.Create(spec, precision).ByteCount,
            KvTokenBytes = geometry.TokenBytes,
            Sequences = geometry.Slots,
            Context = geometry.Capacity,
            KvPoolBytes = geometry.PoolBytes,
            KvSlotBytes = Math.Min(geometry.SlotBytes, geometry.PoolBytes) + (geometry.BlockBytes * geometry.Slots),
            WorkBytes = Work(spec, options, geometry),
        };
    }

    private static long Work(ModelSpec spec, OnnxExecutorOptions options, KvGeometry geometry)
    {
        long tokens = options.MaxStepTokens + geometry.Slots;
        long perToken = (4L * spec.HiddenSize) + spec.QuerySize + (2L * spec.KeyValueSize) + (3L * spec.FeedForwardSize);
        long logits = (geometry.Slots + 1L) * spec.VocabularySize;
        long rotations = (long)geometry.Capacity * spec.HeadSize * (spec.LocalRope is null ? 1 : 2);
        return ((tokens * perToken) + logits + rotations) * sizeof(float) + RuntimeBytes;
    }
}
