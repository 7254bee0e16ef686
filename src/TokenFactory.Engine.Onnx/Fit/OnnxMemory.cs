using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Fit;

/// <summary>
/// What a model takes of the machine's memory, by the same arithmetic that lays it out when it is loaded. Replicas share nothing.
/// </summary>
public static class OnnxMemory
{
    // ONNX Runtime, its threads and the tokenizer's tables, beside what is counted below.
    private const long RuntimeBytes = 48L << 20;

    /// <summary>Estimates. The weights are the length of their file, to the byte.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">How it would be loaded, before it is divided among replicas.</param>
    /// <param name="replicas">How many replicas, at least 1.</param>
    /// <param name="machineBytes">Memory of the machine or its container.</param>
    /// <exception cref="ArgumentException">The options make no sense, or leave no room for a KV block.</exception>
    public static MemoryFit Estimate(ModelSpec spec, OnnxExecutorOptions options, int replicas, long machineBytes)
    {
        options.Validate();
        WeightPrecision precision = OnnxModelExecutor.Resolve(options.Precision, spec.ParameterCount);
        KvGeometry geometry = KvSizing.Compute(spec, options, precision, machineBytes / replicas);
        return new MemoryFit
        {
            Precision = precision.ToString().ToLowerInvariant(),
            Replicas = replicas,
            SharesMemory = true,
            WeightBytes = WeightLayout.Create(spec, precision, options.PacksWeights).ByteCount,
            KvTokenBytes = geometry.TokenBytes,
            Sequences = geometry.Sequences,
            Context = geometry.Capacity,
            KvPoolBytes = geometry.PoolBytes,
            WorkBytes = Work(spec, options, geometry),
        };
    }

    private static long Work(ModelSpec spec, OnnxExecutorOptions options, KvGeometry geometry)
    {
        long tokens = options.MaxStepTokens + geometry.Sequences;
        long perToken = (4L * spec.HiddenSize) + spec.QuerySize + (2L * spec.KeyValueSize) + (3L * spec.FeedForwardSize);
        long results = ((geometry.Sequences + 1L) * spec.VocabularySize) + ((long)geometry.Sequences * spec.HiddenSize);
        long rotations = (long)geometry.Capacity * spec.HeadSize * (spec.LocalRope is null ? 1 : 2);
        return ((tokens * perToken) + results + rotations) * sizeof(float) + RuntimeBytes;
    }
}
