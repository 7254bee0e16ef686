using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Derives the extents of the KV memory from the options, the model and the machine.</summary>
internal static class KvSizing
{
    private const int DefaultContext = 4096;
    private const long MostDefaultBytes = 16L << 30;

    /// <param name="spec">The model.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="machineBytes">Memory of the machine or its container.</param>
    public static KvGeometry Compute(ModelSpec spec, OnnxExecutorOptions options, long machineBytes)
    {
        int planes = 2 * spec.Layers;
        long tokenBytes = (long)planes * spec.KeyValueSize * sizeof(float);
        long blockBytes = tokenBytes * options.BlockSize;
        long pool = (options.KvMemoryBytes ?? Math.Min(machineBytes / 4, MostDefaultBytes)) / 2;
        int blocks = (int)Math.Min(pool / blockBytes, int.MaxValue / options.BlockSize);
        if (blocks < 1)
        {
            throw new ArgumentException(
                $"{nameof(options.KvMemoryBytes)} leaves {pool} bytes for KV blocks, but one block of {options.BlockSize} tokens needs {blockBytes}; raise it to {4 * blockBytes} at least.");
        }
        int context = Math.Min(spec.MaxPositions, options.MaxContext ?? DefaultContext);
        context = Math.Min(context, blocks * options.BlockSize);
        long fitting = machineBytes / 4 * 3 / (context * tokenBytes);
        int sequences = (int)Math.Clamp(fitting, 1, options.MaxSequences);
        return new KvGeometry(planes, spec.KeyValueHeads, spec.HeadSize, sequences, context, options.BlockSize, blocks);
    }
}
