using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Engine.Execution;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda;

/// <summary>Brings a model to a GPU: weights, kernels for its shapes, buffers for the largest step, and KV blocks in what is left.</summary>
public static class CudaModelLoader
{
    private const int DefaultContext = 32_768;

    // What is not given to KV: recorded steps, tables of sequences that sample with bias or penalties, and what lies between allocations.
    private const double KvShare = 0.95;

    /// <summary>Loads a model; blocks for as long as it takes.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Hears the share of the weights that is on the device, 0 to 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CudaException">The device refuses, for instance for want of memory.</exception>
    /// <exception cref="NotSupportedException">No kernel does the model's shapes, or the device is too old.</exception>
    /// <exception cref="ModelFormatException">The weights are damaged.</exception>
    public static CudaModelExecutor Load(ModelFolder folder, CudaExecutorOptions options, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        List<IDisposable> made = [];
        try
        {
            return new CudaModelExecutor(Load(folder, options, made, progress ?? (_ => { }), cancellation));
        }
        catch
        {
            made.Reverse();
            made.ForEach(one => one.Dispose());
            throw;
        }
    }

    private static LoadedDecoder Load(ModelFolder folder, CudaExecutorOptions options, List<IDisposable> made, Action<double> progress, CancellationToken cancellation)
    {
        ModelSpec spec = folder.Spec;
        CudaDevice device = CudaPlatform.Describe(options.Device);
        CudaContext context = Keep(new CudaContext(device.Handle));
        context.Enter();
        CudaStream stream = Keep(new CudaStream());
        KvShape shape = new(spec.HeadSize, options.BlockSize, options.Fp8Kv);
        bool isHalf = options.Precision == CudaPrecision.Float16;
        DecoderKernels kernels = Keep(new DecoderKernels(new KernelLoader(new KernelCache(options.CacheFolder), device.Architecture, isHalf), spec, shape));
        DeviceWeights weights = Keep(LoadWeights(folder, options, kernels.Columns, stream, progress, cancellation));
        CublasLtLibrary library = Keep(new CublasLtLibrary());

        int longest = Math.Min(spec.MaxPositions, options.MaxContext ?? DefaultContext);
        int stride = (longest + options.BlockSize - 1) / options.BlockSize;
        int samples = RowBuckets.Of(options.MaxSequences);
        int rows = RowBuckets.Of(options.MaxStepTokens);
        // Tokens times splits, which the memory of parts grows by.
        int parts = Enumerable.Range(1, samples).Max(count => count * AttentionDecodeKernel.SplitsFor(count, spec.AttentionHeads, spec.KeyValueHeads, longest, device.Multiprocessors));
        StepSize largest = new(
            rows, samples, AttentionPrefillKernel.TilesOf(options.MaxStepTokens) + options.MaxChunks, samples, (options.MaxSequences * stride) + 1, options.MaxSequences);
        int inputBytes = new StepLayout(largest).Bytes;
        DecoderBuffers buffers = Keep(new DecoderBuffers(
            spec, rows, samples, inputBytes, options.MaxSequences + 1, stride, kernels.Decode.PartialBytes(parts, spec.AttentionHeads, 2) / 2,
            AttentionDecodeKernel.DoneCount(samples, spec.AttentionHeads, spec.KeyValueHeads)));
        buffers.Done.Fill(0, stream);
        SamplingRows sampling = Keep(new SamplingRows(options.MaxSequences + 1, spec.VocabularySize, stream));
        RopeTables ropes = Keep(new RopeTables(spec, longest, stream));
        MatrixProducts products = Keep(new MatrixProducts(library, stream, spec, kernels));
        products.Make(spec, weights, buffers, isHalf ? MatrixType.Float16 : MatrixType.BFloat16, rows, samples);
        // Fill-ups need the spare block alone, so the warm-up takes next to nothing from the memory that is counted after it.
        using (KvPool spare = new(spec, shape, blocks: 0))
        {
            WarmUp.Run(PassOver(spare), buffers, largest, options.MaxSequences, stride, spare.SpareBlock, stream);
        }
        KvPool kv = Keep(new KvPool(spec, shape, CountBlocks(spec, shape, options)));
        longest = Math.Min(longest, kv.Blocks * options.BlockSize);
        DecoderPass pass = PassOver(kv);
        DecodeGraphs graphs = Keep(new DecodeGraphs());
        if (options.Graphs)
        {
            graphs.Record(pass, samples, stream);
        }
        ExecutorLimits limits = new()
        {
            BlockSize = options.BlockSize,
            BlockCount = kv.Blocks,
            MaxSequences = options.MaxSequences,
            MaxStepTokens = options.MaxStepTokens,
            MaxChunks = options.MaxChunks,
            MaxContext = longest,
            VocabularySize = spec.VocabularySize,
            StepsInFlight = 2,
        };
        limits.Validate();
        return new LoadedDecoder
        {
            Context = context,
            Stream = stream,
            Kernels = kernels,
            Weights = weights,
            Library = library,
            Buffers = buffers,
            Sampling = sampling,
            Ropes = ropes,
            Kv = kv,
            Products = products,
            Limits = limits,
            InputBytes = inputBytes,
            MostSamples = samples,
            Info = new DeviceInfo(
                device.Id, device.Name, $"CUDA, NVRTC {KernelCompiler.Version}", (isHalf ? "fp16" : "bf16") + (options.Fp8Kv ? ", fp8 KV" : ""), device.MemoryBytes),
            Pass = pass,
            Graphs = graphs,
            Writer = new StepWriter(sampling, options.MaxSequences, stride, kv.SpareBlock, options.Graphs),
        };

        DecoderPass PassOver(KvPool pool) => new(spec, weights, kernels, buffers, pool, ropes, sampling, products, stream, stride, longest, device.Multiprocessors);

        T Keep<T>(T one)
            where T : IDisposable
        {
            made.Add(one);
            return one;
        }
    }

    private static DeviceWeights LoadWeights(
        ModelFolder folder, CudaExecutorOptions options, ScaleColumnsKernel columns, CudaStream stream, Action<double> progress, CancellationToken cancellation)
    {
        using TensorStore store = folder.OpenWeights();
        using WeightUploader uploader = new(stream, options.Precision, columns);
        return DeviceWeights.Load(folder.Spec, WeightMap.Create(folder.Spec, store), uploader, progress, cancellation);
    }

    private static int CountBlocks(ModelSpec spec, KvShape shape, CudaExecutorOptions options)
    {
        DriverStatus.Require(NativeDriver.cuMemGetInfo_v2(out nuint free, out _));
        long bytes = options.KvMemoryBytes ?? (long)(free * KvShare);
        long block = KvPool.BlockBytesOf(spec, shape);
        long blocks = Math.Min(int.MaxValue / options.BlockSize, (bytes / block) - 1);
        return blocks >= 1
            ? (int)blocks
            : throw new ArgumentException($"{bytes} bytes are left for keys and values, but two blocks of {options.BlockSize} tokens need {2 * block}. Choose a smaller step, fewer sequences, or FP8 keys and values.");
    }
}
