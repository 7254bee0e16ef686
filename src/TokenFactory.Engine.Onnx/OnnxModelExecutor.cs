using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Engine.Onnx.Execution;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Engine.Onnx.Memory;
using TokenFactory.Engine.Onnx.Quality;
using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.Engine.Onnx;

/// <summary>Computes a model's steps on the CPU by ONNX Runtime, with a graph built from its spec. Made by <see cref="Load"/>.</summary>
public sealed class OnnxModelExecutor : IModelExecutor
{
    private readonly TensorStore _weights;
    private readonly DecoderKernels _kernels;
    private readonly DecoderSession _session;
    private readonly StepThread _thread;
    private bool _disposed;

    private OnnxModelExecutor(DeviceInfo device, ExecutorLimits limits, TensorStore weights, DecoderKernels kernels, DecoderSession session, StepRunner runner)
    {
        Device = device;
        Limits = limits;
        Runner = runner;
        _weights = weights;
        _kernels = kernels;
        _session = session;
        _thread = new StepThread(runner, limits.MaxSamples);
    }

    public DeviceInfo Device { get; }

    public ExecutorLimits Limits { get; }

    /// <summary>What quantising cost the model on a text; null where that was not measured, and for float32.</summary>
    public QuantizationQuality? Quality { get; private init; }

    internal StepRunner Runner { get; }

    internal KvPool Pool => _kernels.Pool;

    /// <summary>Refuses a model whose kernels are missing on the CPU, from its configuration alone.</summary>
    /// <exception cref="ModelFormatException">Names the field and what it must be.</exception>
    public static void CheckSupported(ModelFolder folder) => SupportedSpec.Check(folder);

    /// <summary>
    /// Reads, converts (once; later loads find the result in the cache folder), builds and warms up a model.
    /// Throws <see cref="ModelFormatException"/> for a damaged or unsupported model, <see cref="ArgumentException"/> for options that
    /// make no sense, <see cref="DiskFullException"/> where the cache has no room.
    /// </summary>
    public static OnnxModelExecutor Load(
        ModelFolder folder, OnnxExecutorOptions options, IProgress<ModelLoadProgress>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        SupportedSpec.Check(folder);
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Read, 0));
        long machineBytes = options.MachineMemory();
        int threads = options.ComputingThreads;
        WeightPrecision precision = Resolve(options.Precision, folder.Spec.ParameterCount);
        WeightLayout layout = WeightLayout.Create(folder.Spec, precision, options.PacksWeights);
        KvGeometry geometry = KvSizing.Compute(folder.Spec, options, precision, machineBytes);

        using LoadScope scope = new();
        TensorStore weights = scope.Keep(folder.OpenWeights());
        WeightMap map = WeightMap.Create(folder.Spec, weights);
        string cache = new WeightCache(options.CacheFolder, threads, progress).Provide(layout, weights, map, cancellation);

        progress?.Report(new ModelLoadProgress(ModelLoadStage.Build, 0));
        cancellation.ThrowIfCancellationRequested();
        DecoderKernels kernels = scope.Keep(new DecoderKernels(
            folder.Spec, layout, WeightMemory.Read(Path.Combine(cache, WeightCache.WeightsFile), layout.OwnParts(), threads, cancellation), geometry, threads));
        byte[] graph = DecoderGraph.Build(folder.Spec, layout, kernels, WeightCache.WeightsFile);
        ExecutorLimits limits = Limit(geometry, options, folder.Spec);
        DecoderSession session = scope.Keep(
            new DecoderSession(graph, cache, kernels.Operators, folder.Spec, geometry.Sequences, limits.MaxSamples, options.MaxStepTokens, threads));
        StepRunner Runner() => new(folder.Spec, map[WeightRole.TokenEmbedding], kernels.Slices, session, geometry.Sequences, limits.MaxSamples, geometry.Capacity);

        QuantizationQuality? quality = options.MeasuresQuality && precision != WeightPrecision.Fp32
            ? new QualityMeasurement(folder, options, geometry, cache, progress).Provide(Runner(), cancellation)
            : null;

        progress?.Report(new ModelLoadProgress(ModelLoadStage.WarmUp, 0));
        cancellation.ThrowIfCancellationRequested();
        WarmUp.Run(Runner(), limits);
        DeviceInfo device = new(
            string.Create(CultureInfo.InvariantCulture, $"cpu:{options.DeviceIndex}"), HostCpu.Name(), $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}", precision.ToString().ToLowerInvariant(), machineBytes);
        OnnxModelExecutor executor = new(device, limits, weights, kernels, session, Runner()) { Quality = quality };
        scope.Release();
        progress?.Report(new ModelLoadProgress(ModelLoadStage.Ready, 1));
        return executor;
    }

    public void Submit(StepPlan plan) => _thread.Submit(plan);

    public StepResult Wait() => _thread.Wait();

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        _thread.Dispose();
        _session.Dispose();
        _kernels.Dispose();
        _weights.Dispose();
    }

    internal static WeightPrecision Resolve(WeightPrecision precision, long parameters) => precision switch
    {
        WeightPrecision.Auto => parameters > 200_000_000 ? WeightPrecision.Int8 : WeightPrecision.Fp32,
        _ => precision,
    };

    private static ExecutorLimits Limit(KvGeometry geometry, OnnxExecutorOptions options, ModelSpec spec)
    {
        ExecutorLimits limits = new()
        {
            BlockSize = geometry.BlockSize,
            BlockCount = geometry.Blocks,
            MaxSequences = geometry.Sequences,
            MaxStepTokens = options.MaxStepTokens,
            // Attention takes any slices: what bounds them is their tokens.
            MaxChunks = geometry.Sequences,
            MaxContext = geometry.Capacity,
            VocabularySize = spec.VocabularySize,
            StepsInFlight = 1,
            VerifiedRows = Math.Min(Product.RowsForOne, options.MaxStepTokens),
            PooledWidth = spec.HiddenSize,
        };
        limits.Validate();
        return limits;
    }
}
