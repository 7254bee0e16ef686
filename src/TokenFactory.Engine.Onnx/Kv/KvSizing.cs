using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Kv;

/// <summary>Derives the extents of the KV memory from the options, the model and the machine.</summary>
internal static class KvSizing
{
    private const int DefaultContext = 4096;
    private const long MostDefaultBytes = 16L << 30;

    /// <param name="spec">The model.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="precision">Of the weights; not <see cref="WeightPrecision.Auto"/>.</param>
    /// <param name="machineBytes">Memory of the machine or its container.</param>
    public static KvGeometry Compute(ModelSpec spec, OnnxExecutorOptions options, WeightPrecision precision, long machineBytes)
    {
        KvPoolLayout layout = new(FormatOf(options.KvPrecision, precision), spec.Layers, spec.KeyValueHeads, spec.HeadSize, options.BlockSize);
        long bytes = options.KvMemoryBytes ?? Math.Min(machineBytes / 4, MostDefaultBytes);
        int blocks = (int)Math.Min(bytes / layout.BlockBytes, int.MaxValue / options.BlockSize);
        if (blocks < 1)
        {
            throw new ArgumentException(
                $"{nameof(options.KvMemoryBytes)} leaves {bytes} bytes for KV blocks, but one block of {options.BlockSize} tokens needs {layout.BlockBytes}; raise it to {2 * layout.BlockBytes} at least.");
        }
        int context = Math.Min(spec.MaxPositions, options.MaxContext ?? DefaultContext);
        return new KvGeometry(layout, blocks, options.MaxSequences, (int)Math.Min(context, (long)blocks * options.BlockSize));
    }

    private static KvFormat FormatOf(OnnxKvPrecision kept, WeightPrecision weights) => kept switch
    {
        OnnxKvPrecision.Fp32 => KvFormat.Fp32,
        OnnxKvPrecision.Fp16 => KvFormat.Fp16,
        OnnxKvPrecision.Int8 => KvFormat.Int8,
        _ => weights == WeightPrecision.Fp32 ? KvFormat.Fp32 : KvFormat.Fp16,
    };
}
