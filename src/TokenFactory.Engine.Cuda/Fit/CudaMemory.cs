using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Engine.Loading;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Fit;

/// <summary>What a model takes of a device's memory, from its configuration alone and the sizes by which it is laid out when it is loaded.</summary>
public static class CudaMemory
{
    /// <summary>Estimates. KV memory that was left open is what the rest leaves of the device.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">How each replica would be loaded.</param>
    /// <param name="replicas">How many replicas, each on a device of its own.</param>
    /// <param name="device">The device, and what is free there.</param>
    /// <param name="parts">How many devices share a replica.</param>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public static MemoryFit Estimate(ModelSpec spec, CudaExecutorOptions options, int replicas, CudaDeviceMemory device, int parts = 1)
    {
        options.Validate();
        spec = new TensorShard(0, parts).PartOf(spec);
        if (options.Precision == CudaPrecision.Fp8)
        {
            Fp8Support.RequireShapes(spec);
        }
        KvShape shape = new(spec.HeadSize, options.BlockSize, options.Fp8Kv);
        DecoderSizes sizes = new(spec, options, device.Multiprocessors);
        long weights = DeviceWeights.BytesOf(spec, options.Precision);
        long work = Work(spec, options, sizes);
        long block = KvPool.BlockBytesOf(spec, shape);
        long pool = options.KvMemoryBytes ?? (long)(Math.Max(0, device.FreeBytes - weights - work) * CudaModelLoader.KvShare);
        long blocks = Math.Max(2, pool / block);
        return new MemoryFit
        {
            Precision = NameOf(options.Precision),
            Replicas = replicas,
            SharesMemory = false,
            WeightBytes = weights,
            KvTokenBytes = block / options.BlockSize,
            Sequences = options.MaxSequences,
            Context = (int)Math.Min(sizes.Context, (blocks - 1) * options.BlockSize),
            KvPoolBytes = blocks * block,
            WorkBytes = work,
        };
    }

    /// <summary>A precision in a word.</summary>
    internal static string NameOf(CudaPrecision precision) => precision switch { CudaPrecision.Float16 => "fp16", CudaPrecision.Fp8 => "fp8", _ => "bf16" };

    private static long Work(ModelSpec spec, CudaExecutorOptions options, DecoderSizes sizes)
    {
        long held = options.MaxSequences + 1L;
        bool isFp8 = options.Precision == CudaPrecision.Fp8;
        long row = ((isFp8 || spec.PostNorms ? 3L : 2L) * spec.HiddenSize) + (2L * spec.QuerySize) + (2L * spec.KeyValueSize) + ((isFp8 ? 2L : 3L) * spec.FeedForwardSize);
        long quantized = isFp8 ? DecoderBuffers.QuantizedWidthOf(spec) + sizeof(float) : 0;
        long sample = (2L * sizeof(float) * spec.VocabularySize) + (ElementFormat.Bytes * (long)spec.HiddenSize);
        long parts = (long)sizes.PartialRows * spec.AttentionHeads * (spec.HeadSize + 2) * sizeof(float);
        long ropes = (long)sizes.Context * spec.Rope.RotaryDimensions * sizeof(float) * (spec.LocalRope is null ? 1 : 2);
        return (sizes.Rows * ((row * ElementFormat.Bytes) + quantized)) + ExpertBuffers.BytesOf(spec, sizes.Rows) + (sizes.Samples * sample) + parts + ropes + sizes.InputBytes
            + (held * (sizes.TableStride + 1L + ((spec.VocabularySize + 31) / 32)) * sizeof(int)) + CublasLtLibrary.WorkspaceSize;
    }
}
