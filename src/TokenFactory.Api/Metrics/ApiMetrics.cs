using Prometheus;
using TokenFactory.Api.Admission;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Metrics;

/// <summary>
/// Prometheus series of everything that serves. Counts are the engine's own accounts, read when they are scraped, so that they equal
/// what clients were told; latencies are observed once a request, when it ends.
/// </summary>
internal sealed class ApiMetrics : IEngineObserver
{
    private static readonly double[] SecondsBuckets = Histogram.ExponentialBuckets(0.005, 2, 15);

    private readonly Histogram _firstToken;
    private readonly Histogram _queue;
    private readonly Histogram _duration;
    private readonly Counter _finished;
    private readonly Counter _refused;
    private readonly VllmSeries _vllm = new();
    private readonly ModelCatalog _catalog;

    public ApiMetrics(ModelCatalog catalog, ApiOptions options)
    {
        Registry = Prometheus.Metrics.NewCustomRegistry();
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(Registry);
        HistogramConfiguration seconds = new() { Buckets = SecondsBuckets };
        _firstToken = factory.CreateHistogram("tokenfactory_time_to_first_token_seconds", "Time from arrival to the first token.", ["lane"], seconds);
        _queue = factory.CreateHistogram("tokenfactory_queue_time_seconds", "Time from arrival to the first step.", ["lane"], seconds);
        _duration = factory.CreateHistogram("tokenfactory_request_duration_seconds", "Time from arrival to the end.", ["lane"], seconds);
        _finished = factory.CreateCounter("tokenfactory_finished_requests_total", "Requests ended, by reason.", ["lane", "reason"]);
        _refused = factory.CreateCounter("tokenfactory_refused_requests_total", "Requests refused, by reason: the engine's, or the limit that was met.", ["model", "reason"]);
        EngineCollector collector = new(factory, options.MaxMetricTenants);
        _catalog = catalog;
        Registry.AddBeforeCollectCallback(() => collector.Collect(catalog.Models));
    }

    /// <summary>A registry of this host alone.</summary>
    public CollectorRegistry Registry { get; }

    /// <summary>Writes all series in Prometheus' text form.</summary>
    public async Task ExportAsync(Stream to, CancellationToken cancellation)
    {
        await Registry.CollectAndExportAsTextAsync(to, cancellation);
        await _vllm.ExportAsync(_catalog.Models, to, cancellation);
    }

    public void CountRefusal(string model, string reason) => _refused.WithLabels(model, reason).Inc();

    public void OnStep(in StepReport report)
    {
        // Steps are counted by the engine itself and read when scraped.
    }

    public void OnFinished(Generation generation, GenerationOutcome outcome)
    {
        string lane = WireNames.Of(generation.Request.Lane);
        _finished.WithLabels(lane, outcome.Reason == FinishReason.None ? "unknown" : outcome.Reason.ToString()).Inc();
        _queue.WithLabels(lane).Observe(outcome.QueueTime.TotalSeconds);
        _duration.WithLabels(lane).Observe(outcome.TotalTime.TotalSeconds);
        if (outcome.FirstTokenTime is { } first)
        {
            _firstToken.WithLabels(lane).Observe(first.TotalSeconds);
        }
        _vllm.Observe(generation, outcome, _catalog.Find(generation.Model));
    }
}
