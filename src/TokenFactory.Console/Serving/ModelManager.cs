using TokenFactory.Engine.Serving;
using TokenFactory.Web.Hosting;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Serving.Fit;
using TokenFactory.Web.Serving.Loads;
using TokenFactory.Web.Serving.Unloads;

namespace TokenFactory.Web.Serving;

/// <summary>
/// The one way by which models come to serve and cease to: at the start, from the page and from the administration alike. Loads run one
/// at a time, in the order they were asked for. Safe for any thread.
/// </summary>
internal sealed partial class ModelManager(
    ModelLoader loader, FitDesk fits, ModelCatalog catalog, ModelLoadBoard board, TimeProvider clock, ILogger<ModelManager> log) : IDisposable
{
    private const int MostReplicas = 16;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<LoadJob> _jobs = [];
    private readonly List<ModelUnload> _unloads = [];
    private bool _stopped;

    /// <summary>Raised when an unload begins, changes or ends, on the thread that did it.</summary>
    public event Action? UnloadsChanged;

    /// <summary>Unloads under way.</summary>
    public IReadOnlyList<ModelUnload> Unloads
    {
        get
        {
            lock (_lock)
            {
                return [.. _unloads];
            }
        }
    }

    /// <summary>Puts a load in line. What becomes of it is on the board.</summary>
    /// <param name="options">What to load, and how.</param>
    /// <param name="evenIfTooLarge">Whether it is loaded where the estimate says that it does not fit.</param>
    /// <returns>Ends with the model, or with null where it failed or was called off.</returns>
    /// <exception cref="ModelOperationException">The name is taken, a value makes no sense, or it does not fit.</exception>
    public Task<ServedModel?> BeginLoad(ModelOptions options, bool evenIfTooLarge)
    {
        string name = NameOf(options);
        Check(options, name);
        ModelOptions whole = evenIfTooLarge ? options : CheckFit(options);
        LoadJob job;
        lock (_lock)
        {
            if (_stopped)
            {
                throw new ModelOperationException(ModelOperationProblem.Conflict, "The server is stopping.");
            }
            CheckName(name);
            job = new LoadJob(name, whole, board.Begin(name, options.Path));
            _jobs.Add(job);
        }
        return RunAsync(job);
    }

    /// <summary>Calls a load off, whether it waits or is under way.</summary>
    /// <returns>The model's name.</returns>
    /// <exception cref="ModelOperationException">There is no such load any more.</exception>
    public string CancelLoad(Guid id)
    {
        lock (_lock)
        {
            LoadJob job = _jobs.Find(one => one.Ticket.Id == id)
                ?? throw new ModelOperationException(ModelOperationProblem.NotFound, "This load has ended already.");
            job.Cancel();
            return job.Name;
        }
    }

    /// <summary>Calls every load off that waits or is under way.</summary>
    public void CancelLoads()
    {
        lock (_lock)
        {
            _jobs.ForEach(job => job.Cancel());
        }
    }

    /// <summary>Ends all loads and every model that serves; nothing is loaded after it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }
            _stopped = true;
            _jobs.ForEach(job => job.Cancel());
        }
        foreach (ServedModel model in catalog.Models)
        {
            catalog.Remove(model.Name)?.Dispose();
        }
        _turn.Dispose();
    }

    /// <summary>The name under which a model will be served.</summary>
    public static string NameOf(ModelOptions options) =>
        string.IsNullOrWhiteSpace(options.Name) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Path)) : options.Name.Trim();

    private static void Check(ModelOptions options, string name)
    {
        if (options.Path.Length == 0)
        {
            throw new ModelOperationException(
                ModelOperationProblem.Invalid, "A model has no Path. Give --model FOLDER, or TokenFactory:Models:0:Path in appsettings.json.", "path");
        }
        if (name.Length is 0 or > 200 || name.Any(char.IsControl))
        {
            throw new ModelOperationException(ModelOperationProblem.Invalid, "A model's name has from 1 to 200 characters.", "name");
        }
        if (options.Replicas is < 1 or > MostReplicas)
        {
            throw new ModelOperationException(ModelOperationProblem.Invalid, $"replicas is {options.Replicas}; it must be from 1 to {MostReplicas}.", "replicas");
        }
    }

    private ModelOptions CheckFit(ModelOptions options)
    {
        FitReport report;
        try
        {
            report = fits.Report(options);
        }
        catch (Exception problem) when (LoadFailures.IsExpected(problem))
        {
            throw new ModelOperationException(ModelOperationProblem.Invalid, LoadFailures.Explain(problem), "path");
        }
        return report.Fits ? report.Options : throw new ModelOperationException(ModelOperationProblem.DoesNotFit, report.Refusal);
    }

    private void CheckName(string name)
    {
        if (catalog.Find(name) is not null)
        {
            throw new ModelOperationException(ModelOperationProblem.Conflict, $"A model named {name} serves already; give this one another name, or unload that one first.", "name");
        }
        if (_jobs.Exists(job => job.Name == name))
        {
            throw new ModelOperationException(ModelOperationProblem.Conflict, $"A model named {name} is being loaded already; give this one another name.", "name");
        }
    }
}
