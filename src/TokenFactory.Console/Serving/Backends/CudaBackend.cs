using Microsoft.Extensions.Options;
using TokenFactory.Engine.Cuda;
using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Backends;

/// <summary>NVIDIA GPUs by our own executor: a replica on each, those with most free memory first.</summary>
internal sealed class CudaBackend(DataFolder data, IOptions<TokenFactoryOptions> options) : IModelBackend
{
    private const long Mebibyte = 1 << 20;

    private readonly Lazy<CudaAvailability> _platform = new(() =>
    {
        if (options.Value.CudaLibrary is { Length: > 0 } library)
        {
            CudaPlatform.UseLibrary(library);
        }
        return CudaPlatform.Find();
    });

    public ModelDevice Device => ModelDevice.Cuda;

    public IReadOnlyList<ModelPrecision> Precisions { get; } = [ModelPrecision.Bf16, ModelPrecision.Fp16, ModelPrecision.Fp8];

    public string? FindProblem() => _platform.Value.IsAvailable ? null : _platform.Value.Words;

    public void Check(ModelFolder folder) => CudaModelLoader.CheckSupported(folder);

    /// <summary>Left open, KV memory is what the largest step leaves of the device.</summary>
    public ModelOptions Complete(ModelSpec spec, ModelOptions options) => options;

    public MemoryFit Estimate(ModelSpec spec, ModelOptions options) =>
        CudaMemory.Estimate(spec, ToExecutor(spec, options, device: 0), options.Replicas, Choose(options.Replicas * options.DevicesPerReplica)[^1], options.DevicesPerReplica);

    public AvailableMemory Available(ModelOptions options)
    {
        CudaDeviceMemory least = Choose(options.Replicas * options.DevicesPerReplica)[^1];
        return new AvailableMemory(least.FreeBytes, 0, $"cuda:{least.Ordinal} ({least.Name})");
    }

    public IModelExecutor Load(ModelFolder folder, ModelOptions options, int replica, IProgress<ModelLoadProgress> progress, CancellationToken cancellation)
    {
        // What the replicas before it took is no longer free.
        int[] devices = [.. Choose(options.DevicesPerReplica).Select(device => device.Ordinal)];
        return devices.Length == 1
            ? CudaModelLoader.Load(folder, ToExecutor(folder.Spec, options, devices[0]), progress, cancellation)
            : CudaModelLoader.LoadDivided(folder, ToExecutor(folder.Spec, options, devices[0]), devices, progress, cancellation);
    }

    /// <summary>So many devices, those with most free memory first.</summary>
    /// <exception cref="ArgumentException">There are fewer.</exception>
    private static CudaDeviceMemory[] Choose(int count)
    {
        IReadOnlyList<CudaDeviceMemory> devices = CudaPlatform.ReadMemory();
        return count <= devices.Count
            ? [.. devices.OrderByDescending(device => device.FreeBytes).Take(count)]
            : throw new ArgumentException($"It would take {count} GPUs, and there {(devices.Count == 1 ? "is 1" : $"are {devices.Count}")}: ask for fewer replicas, or for fewer GPUs for each.");
    }

    private CudaExecutorOptions ToExecutor(ModelSpec spec, ModelOptions options, int device)
    {
        CudaExecutorOptions usual = new();
        return usual with
        {
            Device = device,
            Precision = options.Precision switch
            {
                ModelPrecision.Auto => CudaModelLoader.UsualPrecision(spec),
                ModelPrecision.Bf16 => CudaPrecision.BFloat16,
                ModelPrecision.Fp8 => CudaPrecision.Fp8,
                ModelPrecision.Fp16 => CudaPrecision.Float16,
                ModelPrecision other => throw new ArgumentException($"precision is {ModelBackends.NameOf(other)}; on GPUs it is {ModelBackends.Names(Precisions)}."),
            },
            Fp8Kv = options.KvPrecision switch
            {
                KvPrecision.Auto => false,
                KvPrecision.Fp8 => true,
                KvPrecision other => throw new ArgumentException($"Keys and values are {ModelBackends.NameOf(other)}; on GPUs they are fp8, or auto: as the weights."),
            },
            MaxSequences = options.MaxSequences ?? usual.MaxSequences,
            MaxContext = options.MaxContext,
            MaxStepTokens = options.MaxStepTokens ?? usual.MaxStepTokens,
            KvMemoryBytes = options.KvMemoryMegabytes * Mebibyte,
            CacheFolder = data.KernelCache,
        };
    }
}
