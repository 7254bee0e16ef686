using Microsoft.Extensions.Options;
using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Live;
using TokenFactory.Web.Live.Loading;
using TokenFactory.Web.Live.Signals;
using TokenFactory.Web.Serving.Benchmarks;
using TokenFactory.Web.Serving.Downloads;
using TokenFactory.Web.Serving.Unloads;

namespace TokenFactory.Web.Serving;

/// <summary>Looks at models, loads, unloads and downloads while somebody watches, once for everybody.</summary>
internal sealed class ModelsStore : IDisposable
{
    private readonly ModelCatalog _catalog;
    private readonly ModelLoadBoard _board;
    private readonly ModelManager _manager;
    private readonly DownloadManager _downloads;
    private readonly BenchmarkDesk _benchmarks;
    private readonly TimeProvider _clock;
    private readonly LiveOptions _options;
    private readonly SignalSource _signals;
    private readonly SharedWatch _watch;

    public ModelsStore(
        ModelCatalog catalog, ModelLoadBoard board, ModelManager manager, DownloadManager downloads, BenchmarkDesk benchmarks, TimeProvider clock, IOptions<LiveOptions> options,
        ILogger<ModelsStore> logger)
    {
        _catalog = catalog;
        _board = board;
        _manager = manager;
        _downloads = downloads;
        _benchmarks = benchmarks;
        _clock = clock;
        _options = options.Value;
        _signals = new SignalSource(clock, logger);
        _watch = new SharedWatch(_signals, _options.ThrottleInterval, WatchAsync);
        catalog.Changed += _signals.Notify;
        board.Changed += _signals.Notify;
        manager.UnloadsChanged += _signals.Notify;
        downloads.Changed += _signals.Notify;
        benchmarks.Changed += _signals.Notify;
    }

    /// <summary>Calls back when there may be something new to see; whoever hears it looks by <see cref="LookAsync"/>.</summary>
    public IDisposable Subscribe(Func<Task> callback) => _watch.Subscribe(callback);

    /// <summary>What there is now. Engines are asked for their requests only where they drain.</summary>
    public async Task<ModelsSnapshot> LookAsync()
    {
        IReadOnlyList<ModelUnload> unloads = _manager.Unloads;
        List<ServingModel> serving = [];
        foreach (ServedModel model in _catalog.Models)
        {
            ModelUnload? unload = unloads.FirstOrDefault(one => one.Model == model);
            serving.Add(new ServingModel(
                model,
                [.. model.Replicas.Select(replica => new ReplicaState(replica.Device.Id, replica.Status.TotalRunning, replica.Status.TotalWaiting, replica.FindProblem()))],
                unload is null ? null : await DescribeAsync(unload))
            {
                Benchmark = _benchmarks.Find(model.Name),
            });
        }
        return new ModelsSnapshot(serving, _board.Loads, _downloads.Downloads);
    }

    public void Dispose()
    {
        _catalog.Changed -= _signals.Notify;
        _board.Changed -= _signals.Notify;
        _manager.UnloadsChanged -= _signals.Notify;
        _downloads.Changed -= _signals.Notify;
        _benchmarks.Changed -= _signals.Notify;
        _watch.Dispose();
    }

    private async Task<DrainState> DescribeAsync(ModelUnload unload)
    {
        List<DrainingRequest> left = [];
        foreach (EngineLoop replica in unload.Model.Replicas)
        {
            try
            {
                left.AddRange(DrainForecast.Of(await replica.SnapshotAsync(), ReadSpeed(replica)));
            }
            catch (InvalidOperationException)
            {
                // It has ended between the list and the question.
            }
        }
        return new DrainState(unload.Since, unload.IsEnding, [.. left.OrderBy(request => request.FinishesIn ?? TimeSpan.MaxValue)]);
    }

    private double? ReadSpeed(EngineLoop replica)
    {
        Span<RateSample> seconds = stackalloc RateSample[DrainForecast.Window];
        replica.Rates.CopyTo(seconds, _clock.GetUtcNow().ToUnixTimeSeconds());
        return DrainForecast.TokensPerSecondEach(seconds);
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(_options.QueueInterval, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _signals.Notify();
        }
    }
}
