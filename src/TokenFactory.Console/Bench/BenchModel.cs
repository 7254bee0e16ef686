using Microsoft.Extensions.Options;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Serving.Backends;
using TokenFactory.Web.Serving.Folders;
using TokenFactory.Web.Serving.Loads;

namespace TokenFactory.Web.Bench;

/// <summary>A model of this machine, loaded as the server loads it, with the machine's power watched beside it.</summary>
internal sealed class BenchModel : IAsyncDisposable
{
    private readonly ServedModel _model;
    private readonly MachineWatch _watch;

    private BenchModel(ServedModel model, MachineWatch watch, EngineTarget target)
    {
        (_model, _watch, Target) = (model, watch, target);
    }

    public EngineTarget Target { get; }

    public ServedModel Model => _model;

    /// <summary>Loads it.</summary>
    /// <param name="services">The host's, which need not run.</param>
    /// <param name="options">Which model, and how.</param>
    /// <param name="stages">Told what is being done.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchException">There is no such model, or it cannot be loaded.</exception>
    public static async Task<BenchModel> LoadAsync(IServiceProvider services, BenchOptions options, Action<string> stages, CancellationToken cancellation)
    {
        ModelOptions wanted = Find(services, options);
        StepMeter meter = new();
        TimeProvider clock = services.GetRequiredService<TimeProvider>();
        // Observers of the server count for its pages and its metrics, which nobody reads here.
        ModelLoader loader = new(
            services.GetRequiredService<ModelBackends>(), services.GetRequiredService<ModelFolders>(), [meter], services.GetRequiredService<ReplicaPower>(), clock);
        MachineWatch watch = ActivatorUtilities.CreateInstance<MachineWatch>(services);
        await watch.StartAsync(cancellation);
        try
        {
            Progress progress = new(ModelManager.NameOf(wanted), stages);
            ServedModel model = await Task.Run(() => loader.Load(wanted, progress, cancellation), cancellation);
            // A power that replicas share is divided by those of the catalogue.
            services.GetRequiredService<ModelCatalog>().Add(model);
            return new BenchModel(model, watch, new EngineTarget(model, meter, Describe(model, wanted), options.Lane ?? Lane.Interactive, options.Tenants, clock));
        }
        catch (Exception problem) when (LoadFailures.IsExpected(problem))
        {
            await StopAsync(watch);
            throw new BenchException($"{ModelManager.NameOf(wanted)} cannot be measured. {LoadFailures.Explain(problem)}", problem);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _model.Dispose();
        await StopAsync(_watch);
    }

    private static async Task StopAsync(MachineWatch watch)
    {
        await watch.StopAsync(CancellationToken.None);
        watch.Dispose();
    }

    /// <summary>A configured model under the name, else the folder, with the options' own settings in place of the configured ones.</summary>
    private static ModelOptions Find(IServiceProvider services, BenchOptions options)
    {
        ModelOptions[] configured = [.. services.GetRequiredService<IOptions<TokenFactoryOptions>>().Value.ModelsToLoad];
        string names = configured.Length == 0 ? "No model is configured." : $"Configured are: {string.Join(", ", configured.Select(ModelManager.NameOf))}.";
        ModelOptions found = options.Model switch
        {
            null => configured.FirstOrDefault() ?? throw new BenchException($"{names} Name a folder with --model FOLDER."),
            { } name when Array.Find(configured, one => ModelManager.NameOf(one) == name) is { } one => one,
            { } folder when Directory.Exists(services.GetRequiredService<ModelFolders>().Resolve(folder)) => new ModelOptions { Path = folder },
            { } unknown => throw new BenchException($"There is no model and no folder {unknown}. {names}"),
        };
        ModelOptions wanted = found.Copy();
        wanted.Device = options.Device ?? found.Device;
        wanted.Precision = options.Precision ?? found.Precision;
        wanted.MaxSequences = options.Sequences ?? found.MaxSequences;
        wanted.MaxContext = options.Context ?? found.MaxContext;
        wanted.Threads = options.Threads ?? found.Threads;
        wanted.DraftTokens = options.DraftTokens;
        wanted.MaxStepTokens = options.StepTokens ?? found.MaxStepTokens;
        return wanted;
    }

    private static TargetFacts Describe(ServedModel model, ModelOptions options) => TargetFacts.Of(model) with
    {
        Threads = model.Facts.Memory is { SharesMemory: true } ? new OnnxExecutorOptions { Threads = options.Threads }.ComputingThreads : null,
    };

    private sealed class Progress(string name, Action<string> stages) : IProgress<ReplicaLoadProgress>
    {
        public void Report(ReplicaLoadProgress value) => stages($"{name}: {LoadSteps.Doing(value.Progress.Stage)}");
    }
}
