using TokenFactory.Engine.Loading;
using TokenFactory.Engine.Serving;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;
using TokenFactory.Web.Components.Controls;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving.Backends;
using TokenFactory.Web.Serving.Folders;
using TokenFactory.Web.Serving.Loads;

namespace TokenFactory.Web.Serving.Fit;

/// <summary>Says before a load what it will take and what there is.</summary>
public sealed class FitDesk(ModelFolders folders, ModelBackends backends)
{
    /// <exception cref="ModelFormatException">The folder holds no model that can be loaded.</exception>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public FitReport Report(ModelOptions options)
    {
        ModelFolder folder = ModelFolder.Open(folders.Resolve(options.Path));
        ModelSpec spec = folder.Spec;
        IModelBackend backend = backends.Choose(folder, options);
        ModelOptions whole = backend.Complete(spec, options);
        MemoryFit fit = backend.Estimate(spec, whole);
        FitReport report = new(whole, backend.Device, fit, backend.Available(options), []);
        if (report.Fits)
        {
            return report;
        }
        FitAdvice advice = new(way => backend.Estimate(spec, way), precision => [.. backend.Precisions.SkipWhile(one => ModelBackends.NameOf(one) != precision).Skip(1)]);
        return report with { Remedies = [.. advice.Find(whole, report.FreeBytes).Select(remedy => Describe(remedy, fit))] };
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

    private static string Describe(FitRemedy remedy, MemoryFit asked)
    {
        string total = $"({Bytes.Text(remedy.Fit.TotalBytes)})";
        return remedy switch
        {
            _ when remedy.Fit.Replicas != asked.Replicas => $"in {remedy.Fit.Replicas} {(remedy.Fit.Replicas == 1 ? "replica" : "replicas")} {total}",
            _ when remedy.Fit.Precision != asked.Precision => $"in {remedy.Fit.Precision} {total}",
            _ when remedy.Options.MaxSequences == remedy.Fit.Sequences && remedy.Fit.Sequences < asked.Sequences => $"with {remedy.Fit.Sequences} sequences {total}",
            _ when remedy.Fit.Context < asked.Context => $"with a context of {Amounts.Count(remedy.Fit.Context)} tokens {total}",
            _ => $"with {Bytes.Text(remedy.Options.KvMemoryMegabytes!.Value << 20)} of KV memory {total}",
        };
    }
}
