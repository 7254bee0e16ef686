using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Onnx.Fit;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Telemetry;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Serving.Backends;

/// <summary>The processor, by ONNX Runtime; replicas share its memory and threads.</summary>
internal sealed class CpuBackend(DataFolder data, ModelCatalog catalog, MachineMonitor machine) : IModelBackend
{
    private const long Mebibyte = 1 << 20;

    public ModelDevice Device => ModelDevice.Cpu;

    public IReadOnlyList<ModelPrecision> Precisions { get; } = [ModelPrecision.Fp32, ModelPrecision.Int8, ModelPrecision.Int4];

    private static long MachineBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public string? FindProblem() => null;

    public void Check(ModelFolder folder) => OnnxModelExecutor.CheckSupported(folder);

    /// <summary>KV memory for all sequences at their full length, where a quarter of the machine would be more.</summary>
    public ModelOptions Complete(ModelSpec spec, ModelOptions options)
    {
        if (options.KvMemoryMegabytes is not null)
        {
            return options;
        }
        MemoryFit usual = Estimate(spec, options);
        long wanted = 2L * usual.Sequences * usual.Context * usual.KvTokenBytes;
        long most = 2 * usual.KvPoolBytes;
        ModelOptions whole = options.Copy();
        whole.KvMemoryMegabytes = Math.Max(1, (Math.Min(wanted, most) + Mebibyte - 1) / Mebibyte);
        return whole;
    }

    public MemoryFit Estimate(ModelSpec spec, ModelOptions options) => OnnxMemory.Estimate(spec, ToExecutor(options), options.Replicas, MachineBytes);

    /// <summary>What the system says is available, within what this process may have.</summary>
    public AvailableMemory Available(ModelOptions options)
    {
        long limit = MachineBytes - Environment.WorkingSet;
        return new AvailableMemory(machine.Newest?.MemoryAvailableBytes is { } available ? Math.Min(available, limit) : limit, Promised(), "this machine");
    }

    public IModelExecutor Load(ModelFolder folder, ModelOptions options, int replica, IProgress<ModelLoadProgress> progress, CancellationToken cancellation) =>
        OnnxModelExecutor.Load(folder, ToExecutor(options).ForReplica(replica, options.Replicas), progress, cancellation);

    /// <summary>Blocks that were never used lie in no memory yet.</summary>
    private long Promised() => catalog.Models.Where(model => model.Facts.Memory is { SharesMemory: true }).SelectMany(model => model.Replicas.Select(replica =>
        (long)replica.Status.KvFree * replica.Limits.BlockSize * model.Facts.Memory!.KvTokenBytes)).Sum();

    private OnnxExecutorOptions ToExecutor(ModelOptions options)
    {
        OnnxExecutorOptions usual = new();
        return usual with
        {
            Precision = options.Precision switch
            {
                ModelPrecision.Auto => WeightPrecision.Auto,
                ModelPrecision.Fp32 => WeightPrecision.Fp32,
                ModelPrecision.Int8 => WeightPrecision.Int8,
                ModelPrecision.Int4 => WeightPrecision.Int4,
                ModelPrecision other => throw new ArgumentException($"precision is {ModelBackends.NameOf(other)}; on the processor it is {ModelBackends.Names(Precisions)}."),
            },
            KvPrecision = options.KvPrecision switch
            {
                KvPrecision.Auto => OnnxKvPrecision.Auto,
                KvPrecision.Fp32 => OnnxKvPrecision.Fp32,
                KvPrecision.Fp16 => OnnxKvPrecision.Fp16,
                KvPrecision.Int8 => OnnxKvPrecision.Int8,
                _ => throw new ArgumentException("Keys and values are fp8; on the processor they are fp32, fp16 or int8. Leave their precision at auto, or load the model to a GPU."),
            },
            Threads = options.Threads,
            MaxSequences = options.MaxSequences ?? usual.MaxSequences,
            MaxContext = options.MaxContext,
            MaxStepTokens = options.MaxStepTokens ?? usual.MaxStepTokens,
            KvMemoryBytes = options.KvMemoryMegabytes * Mebibyte,
            CacheFolder = data.ModelCache,
            MeasuresQuality = true,
        };
    }
}
