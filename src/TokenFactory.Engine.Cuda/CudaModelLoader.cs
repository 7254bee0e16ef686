using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Interop.Nccl;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Engine.Cuda.Weights;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Cuda;

/// <summary>Brings a model to a GPU: weights, kernels for its shapes, buffers for the largest step, and KV blocks in what is left.</summary>
public static class CudaModelLoader
{
    // What is not given to KV: recorded steps, tables of sequences that sample with bias or penalties, and what lies between allocations.
    internal const double KvShare = 0.95;

    /// <summary>Refuses a model that no kernel computes, from its configuration alone.</summary>
    /// <exception cref="ModelFormatException">Names the field and what it must be.</exception>
    public static void CheckSupported(ModelFolder folder) => SupportedSpec.Check(folder, new CudaExecutorOptions().BlockSize);

    /// <summary>The precision of a model where none is asked for: that of its files where layers are computed in it, else bf16.</summary>
    public static CudaPrecision UsualPrecision(ModelSpec spec) => spec is { StoredFp8: not null, Experts: null } ? CudaPrecision.Fp8 : CudaPrecision.BFloat16;

    /// <summary>Loads a model; blocks for as long as it takes.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CudaMemoryException">The device has too little memory: found out before anything is read, or in the midst of it.</exception>
    /// <exception cref="CudaException">The device fails.</exception>
    /// <exception cref="NotSupportedException">No kernel does the model's shapes, or the device is too old.</exception>
    /// <exception cref="ModelFormatException">The weights are damaged.</exception>
    public static CudaModelExecutor Load(ModelFolder folder, CudaExecutorOptions options, IProgress<ModelLoadProgress>? progress = null, CancellationToken cancellation = default) =>
        Load(options, progress, made => new CudaModelExecutor([Load(folder, options, TensorShard.Whole, made, progress, cancellation)], group: null, TypeOf(options)));

    /// <summary>Loads a model that several devices share evenly; blocks for as long as it takes. What <see cref="Load(ModelFolder, CudaExecutorOptions, IProgress{ModelLoadProgress}, CancellationToken)"/> throws, this throws too.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="options">How, on each device; KV memory is each one's.</param>
    /// <param name="devices">Ordinals, at least two, none twice.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">The model cannot be divided so, or NCCL is not on this machine.</exception>
    public static CudaModelExecutor LoadDivided(
        ModelFolder folder, CudaExecutorOptions options, IReadOnlyList<int> devices, IProgress<ModelLoadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!NcclGroup.IsThere)
        {
            throw new ArgumentException("NCCL (libnccl.so.2) was not found; devices that share a model need it. Install it, or load the model to one device.");
        }
        return Load(options, progress, made =>
        {
            NcclGroup group = new([.. devices]);
            made.Add(group);
            List<LoadedDecoder> decoders = [];
            for (int rank = 0; rank < devices.Count; rank++)
            {
                // Steps in which devices wait for one another are not recorded: a recording is of one device's stream.
                CudaExecutorOptions own = options with { Device = devices[rank], Graphs = false };
                decoders.Add(Load(folder, own, new TensorShard(rank, devices.Count), made, progress, cancellation));
            }
            return new CudaModelExecutor(decoders, group, TypeOf(options));
        });
    }

    private static MatrixType TypeOf(CudaExecutorOptions options) => options.Precision == CudaPrecision.Float16 ? MatrixType.Float16 : MatrixType.BFloat16;

    private static CudaModelExecutor Load(CudaExecutorOptions options, IProgress<ModelLoadProgress>? progress, Func<List<IDisposable>, CudaModelExecutor> load)
    {
        options.Validate();
        List<IDisposable> made = [];
        using HandleScope handles = new();
        try
        {
            CudaModelExecutor executor = load(made);
            progress?.Report(new ModelLoadProgress(ModelLoadStage.Ready, 1));
            return executor;
        }
        catch (Exception failure)
        {
            handles.GiveBack();
            made.Reverse();
            made.ForEach(one => one.Dispose());
            if (failure is CudaException { IsOutOfMemory: true })
            {
                throw new CudaMemoryException(
                    $"cuda:{options.Device} ran out of memory while the model was loaded; everything is given back. Another process may use the device. Choose fewer sequences, a smaller step or a shorter context, or less KV memory.",
                    failure);
            }
            throw;
        }
    }

    private static LoadedDecoder Load(
        ModelFolder folder, CudaExecutorOptions options, TensorShard shard, List<IDisposable> made, IProgress<ModelLoadProgress>? progress, CancellationToken cancellation)
    {
        SupportedSpec.CheckExperts(folder);
        ModelSpec spec = shard.PartOf(folder.Spec);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Read, 0));
        CudaDevice device = CudaPlatform.Describe(options.Device);
        if (options.Precision == CudaPrecision.Fp8)
        {
            Fp8Support.RequireDevice(device);
        }
        CudaContext context = Keep(new CudaContext(device.Handle));
        context.Enter();
        DriverStatus.Require(NativeDriver.cuMemGetInfo_v2(out nuint free, out nuint total));
        CudaFitCheck.Require(spec, options, new CudaDeviceMemory(device.Ordinal, device.Name, (long)free, (long)total, device.Multiprocessors));
        CudaStream stream = Keep(new CudaStream());
        KvShape shape = new(spec.HeadSize, options.BlockSize, options.Fp8Kv);
        bool isHalf = options.Precision == CudaPrecision.Float16, isFp8 = options.Precision == CudaPrecision.Fp8;
        DecoderKernels kernels = Keep(new DecoderKernels(new KernelLoader(new KernelCache(options.CacheFolder), device.Architecture, isHalf), spec, shape, isFp8));
        DeviceWeights weights = Keep(
            LoadWeights(folder, spec, shard, options, kernels, stream, share => progress?.Report(new ModelLoadProgress(ModelLoadStage.Read, share)), cancellation));
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Build, 0));
        CublasLtLibrary library = Keep(new CublasLtLibrary());

        DecoderSizes sizes = new(spec, options, device.Multiprocessors);
        DecoderBuffers buffers = Keep(new DecoderBuffers(
            spec, sizes.Rows, sizes.Samples, sizes.InputBytes, options.MaxSequences + 1, sizes.TableStride, kernels.Decode.PartialBytes(sizes.PartialRows, spec.AttentionHeads, 2) / 2,
            AttentionDecodeKernel.DoneCount(sizes.Samples, spec.AttentionHeads, spec.KeyValueHeads), isFp8));
        buffers.Done.Fill(0, stream);
        SamplingRows sampling = Keep(new SamplingRows(options.MaxSequences + 1, spec.VocabularySize, stream));
        RopeTables ropes = Keep(new RopeTables(spec, sizes.Context, stream));
        MatrixProducts products = Keep(new MatrixProducts(library, stream, spec, shard, kernels));
        products.Make(spec, weights, buffers, TypeOf(options), sizes.Rows, sizes.Samples);
        ILayerArithmetic arithmetic = kernels.Fp8 is { } fp8
            ? new Fp8Arithmetic(spec, shard, weights, fp8, buffers, products, stream)
            : new ElementArithmetic(spec, shard, weights, kernels, buffers, products, stream);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.WarmUp, 0));
        // Fill-ups need the spare block alone, so the warm-up takes next to nothing from the memory that is counted after it.
        using (KvPool spare = new(spec, shape, blocks: 0))
        {
            WarmUp.Run(PassOver(spare, sizes.Context), buffers, sizes.Largest, options.MaxSequences, sizes.TableStride, spare.SpareBlock, stream);
        }
        KvPool kv = Keep(new KvPool(spec, shape, CountBlocks(spec, shape, options)));
        int longest = Math.Min(sizes.Context, kv.Blocks * options.BlockSize);
        DecoderPass pass = PassOver(kv, longest);
        DecodeGraphs graphs = Keep(new DecodeGraphs());
        if (options.Graphs)
        {
            graphs.Record(pass, sizes.Samples, stream);
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
            PooledWidth = spec.HiddenSize,
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
            Elements = isHalf ? TensorType.F16 : TensorType.BF16,
            InputBytes = sizes.InputBytes,
            MostSamples = sizes.Samples,
            Info = new DeviceInfo(
                device.Id, device.Name, $"CUDA, NVRTC {KernelCompiler.Version}", CudaMemory.NameOf(options.Precision) + (options.Fp8Kv ? ", fp8 KV" : ""), device.MemoryBytes),
            Pass = pass,
            Graphs = graphs,
            Writer = new StepWriter(sampling, options.MaxSequences, sizes.TableStride, kv.SpareBlock, options.Graphs),
        };

        DecoderPass PassOver(KvPool pool, int context) =>
            new(spec, arithmetic, weights, kernels, buffers, pool, ropes, sampling, products, stream, sizes.TableStride, context, device.Multiprocessors);

        T Keep<T>(T one)
            where T : IDisposable
        {
            made.Add(one);
            return one;
        }
    }

    private static DeviceWeights LoadWeights(
        ModelFolder folder, ModelSpec spec, TensorShard shard, CudaExecutorOptions options, DecoderKernels kernels, CudaStream stream, Action<double> progress,
        CancellationToken cancellation)
    {
        using TensorStore store = folder.OpenWeights();
        using WeightUploader uploader = new(stream, options.Precision, kernels);
        return DeviceWeights.Load(spec, WeightMap.Create(folder.Spec, store), shard, uploader, progress, cancellation);
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
