using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Onnx.Fit;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Telemetry;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Folders;
using TokenFactory.Web.Serving.Loads;

namespace TokenFactory.Web.Serving.Fit;

/// <summary>Says before a load what it will take and what the machine has.</summary>
public sealed class FitDesk(ModelFolders folders, ModelCatalog catalog, MachineMonitor machine)
{
    private const long Mebibyte = 1 << 20;

    /// <exception cref="ModelFormatException">The folder holds no model that can be loaded.</exception>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public FitReport Report(ModelOptions options)
    {
        ModelSpec spec = ModelFolder.Open(folders.Resolve(options.Path)).Spec;
        long machineBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        ModelOptions whole = options.KvMemoryMegabytes is null ? WithKvMemory(options, spec, machineBytes) : options;
        OnnxExecutorOptions executor = whole.ToExecutorOptions(cacheFolder: null);
        MemoryFit fit = MemoryFit.Estimate(spec, executor, options.Replicas, machineBytes);
        FitReport report = new(whole, fit, Available(machineBytes), Promised(), []);
        return report.Fits ? report : report with
        {
            Remedies = [.. FitAdvice.Find(spec, executor, options.Replicas, machineBytes, report.FreeBytes).Select(remedy => Describe(remedy, fit))],
        };
    }

    /// <summary>The options with KV memory filled in where it was left open.</summary>
    /// <exception cref="ModelOperationException">The folder holds no model that can be loaded, or the options make no sense.</exception>
    public ModelOptions Complete(ModelOptions options)
    {
        try
        {
            return Report(options).Options;
        }
        catch (Exception problem) when (LoadFailures.IsExpected(problem))
        {
            throw new ModelOperationException(ModelOperationProblem.Invalid, LoadFailures.Explain(problem), "path");
        }
    }

    /// <summary>KV memory for all sequences at their full length, where a quarter of the machine would be more.</summary>
    private static ModelOptions WithKvMemory(ModelOptions options, ModelSpec spec, long machineBytes)
    {
        MemoryFit usual = MemoryFit.Estimate(spec, options.ToExecutorOptions(null), options.Replicas, machineBytes);
        long wanted = 2L * usual.Sequences * usual.Context * usual.KvTokenBytes;
        long most = 2 * usual.KvPoolBytes;
        ModelOptions whole = options.Copy();
        whole.KvMemoryMegabytes = Math.Max(1, (Math.Min(wanted, most) + Mebibyte - 1) / Mebibyte);
        return whole;
    }

    /// <summary>What the system says is available, within what this process may have.</summary>
    private long Available(long machineBytes)
    {
        long limit = machineBytes - Environment.WorkingSet;
        return machine.Newest?.MemoryAvailableBytes is { } available ? Math.Min(available, limit) : limit;
    }

    /// <summary>Blocks that were never used lie in no memory yet; what fills them is copied into the slots as well.</summary>
    private long Promised() => catalog.Models.SelectMany(model => model.Replicas.Select(replica =>
    {
        long tokens = (long)replica.Status.KvFree * replica.Limits.BlockSize;
        long slots = Math.Min(tokens, (long)replica.Limits.MaxSequences * replica.MaxContext);
        return (tokens + slots) * model.Facts.KvBytesPerToken;
    })).Sum();

    private static string Describe(FitRemedy remedy, MemoryFit asked)
    {
        string total = $"({Bytes.Text(remedy.Fit.TotalBytes)})";
        return remedy switch
        {
            _ when remedy.Replicas != asked.Replicas => $"in {remedy.Replicas} {(remedy.Replicas == 1 ? "replica" : "replicas")} {total}",
            _ when remedy.Fit.Precision != asked.Precision => $"in {remedy.Fit.Precision.ToString().ToLowerInvariant()} {total}",
            _ when remedy.Options.MaxSequences == remedy.Fit.Sequences && remedy.Fit.Sequences < asked.Sequences => $"with {remedy.Fit.Sequences} sequences {total}",
            _ when remedy.Fit.Context < asked.Context => $"with a context of {Amounts.Count(remedy.Fit.Context)} tokens {total}",
            _ => $"with {Bytes.Text(remedy.Options.KvMemoryBytes!.Value)} of KV memory {total}",
        };
    }
}
