using System.Globalization;
using Prometheus;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Metrics;

/// <summary>
/// The series that routers and dashboards made for vLLM read, under vLLM's names and labels: <c>engine</c> is the replica's place among the
/// model's. Counts and gauges are the engines' own, copied at a scrape; latencies are observed when a request ends. The library
/// allows no colon in a name: it is put there by <see cref="ExportAsync"/>, and the series have a registry of their own.
/// </summary>
internal sealed class VllmSeries
{
    private const string Prefix = "vllm_";

    private static readonly double[] Seconds = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560];
    private static readonly double[] GapSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
    private static readonly double[] Tokens = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

    private readonly Gauge _running;
    private readonly Gauge _waiting;
    private readonly Gauge _kvUsage;
    private readonly Gauge _oldKvUsage;
    private readonly Gauge _cacheConfiguration;
    private readonly Counter _promptTokens;
    private readonly Counter _generationTokens;
    private readonly Counter _cacheQueries;
    private readonly Counter _cacheHits;
    private readonly Counter _preemptions;
    private readonly Counter _drafted;
    private readonly Counter _accepted;
    private readonly Counter _successes;
    private readonly Histogram _firstToken;
    private readonly Histogram _gaps;
    private readonly Histogram _tokenTime;
    private readonly Histogram _latency;
    private readonly Histogram _queueTime;
    private readonly Histogram _inferenceTime;
    private readonly Histogram _requestPrompt;
    private readonly Histogram _requestGeneration;

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    public VllmSeries()
    {
        MetricFactory factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        string[] labels = ["model_name", "engine"];
        _running = factory.CreateGauge("vllm_num_requests_running", "Requests that hold a row.", labels);
        _waiting = factory.CreateGauge("vllm_num_requests_waiting", "Requests in the queue.", labels);
        _kvUsage = factory.CreateGauge("vllm_kv_cache_usage_perc", "Share of the KV blocks that running requests hold, 0 to 1.", labels);
        _oldKvUsage = factory.CreateGauge("vllm_gpu_cache_usage_perc", "The older name of kv_cache_usage_perc.", labels);
        _cacheConfiguration = factory.CreateGauge("vllm_cache_config_info", "The KV cache's sizes, as labels.", [.. labels, "block_size", "num_gpu_blocks"]);
        _promptTokens = factory.CreateCounter("vllm_prompt_tokens_total", "Prompt tokens, computed or taken from the KV cache.", labels);
        _generationTokens = factory.CreateCounter("vllm_generation_tokens_total", "Tokens generated.", labels);
        _cacheQueries = factory.CreateCounter("vllm_prefix_cache_queries_total", "Prompt tokens that were looked for in the KV cache.", labels);
        _cacheHits = factory.CreateCounter("vllm_prefix_cache_hits_total", "Prompt tokens that were found there.", labels);
        _preemptions = factory.CreateCounter("vllm_num_preemptions_total", "Sequences that gave up their KV blocks to others.", labels);
        _drafted = factory.CreateCounter("vllm_spec_decode_num_draft_tokens_total", "Tokens that were guessed ahead and verified.", labels);
        _accepted = factory.CreateCounter("vllm_spec_decode_num_accepted_tokens_total", "Guessed tokens that were right.", labels);
        _successes = factory.CreateCounter("vllm_request_success_total", "Requests ended, by reason.", [.. labels, "finished_reason"]);
        _firstToken = OfSeconds("vllm_time_to_first_token_seconds", "Time from arrival to the first token.", Seconds);
        _gaps = OfSeconds("vllm_inter_token_latency_seconds", "Mean time between a request's tokens, counted once for each of them but the first.", GapSeconds);
        _tokenTime = OfSeconds("vllm_request_time_per_output_token_seconds", "Mean time between a request's tokens, counted once.", GapSeconds);
        _latency = OfSeconds("vllm_e2e_request_latency_seconds", "Time from arrival to the end.", Seconds);
        _queueTime = OfSeconds("vllm_request_queue_time_seconds", "Time from arrival to the first step.", Seconds);
        _inferenceTime = OfSeconds("vllm_request_inference_time_seconds", "Time from the first step to the end.", Seconds);
        _requestPrompt = OfSeconds("vllm_request_prompt_tokens", "Prompt tokens of a request.", Tokens);
        _requestGeneration = OfSeconds("vllm_request_generation_tokens", "Tokens generated for a request.", Tokens);

        Histogram OfSeconds(string name, string help, double[] buckets) => factory.CreateHistogram(name, help, labels, new HistogramConfiguration { Buckets = buckets });
    }

    /// <summary>Copies what the engines have counted, and writes all series in Prometheus' text form.</summary>
    public async Task ExportAsync(IReadOnlyList<ServedModel> models, Stream to, CancellationToken cancellation)
    {
        Collect(models);
        using MemoryStream text = new();
        await _registry.CollectAndExportAsTextAsync(text, cancellation);
        text.Position = 0;
        using StreamReader lines = new(text);
        await using StreamWriter writer = new(to, leaveOpen: true) { NewLine = "\n" };
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            await writer.WriteLineAsync(Rename(line).AsMemory(), cancellation);
        }
    }

    // A name stands at the line's begin, or behind the words of a comment.
    private static string Rename(string line)
    {
        int at = line.StartsWith("# ", StringComparison.Ordinal) ? "# HELP ".Length : 0;
        return line.AsSpan(at).StartsWith(Prefix, StringComparison.Ordinal) ? $"{line[..at]}vllm:{line[(at + Prefix.Length)..]}" : line;
    }

    private void Collect(IReadOnlyList<ServedModel> models)
    {
        foreach (ServedModel model in models)
        {
            for (int index = 0; index < model.Replicas.Count; index++)
            {
                Collect([model.Name, NameOf(index)], model.Replicas[index]);
            }
        }
    }

    /// <summary>Observes a request that has ended.</summary>
    /// <param name="generation">The request.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="model">Its model; null where that has left meanwhile, and its series with it.</param>
    public void Observe(Generation generation, GenerationOutcome outcome, ServedModel? model)
    {
        string[] labels = [generation.Model, NameOf(model is null ? 0 : IndexOf(model.Replicas, generation.Replica))];
        _successes.WithLabels(labels[0], labels[1], NameOf(outcome.Reason)).Inc();
        _latency.WithLabels(labels).Observe(outcome.TotalTime.TotalSeconds);
        _queueTime.WithLabels(labels).Observe(outcome.QueueTime.TotalSeconds);
        _inferenceTime.WithLabels(labels).Observe((outcome.TotalTime - outcome.QueueTime).TotalSeconds);
        _requestPrompt.WithLabels(labels).Observe(outcome.PromptTokens);
        _requestGeneration.WithLabels(labels).Observe(outcome.GeneratedTokens);
        if (outcome.FirstTokenTime is { } first)
        {
            _firstToken.WithLabels(labels).Observe(first.TotalSeconds);
            if (outcome.GeneratedTokens > 1)
            {
                double gap = (outcome.TotalTime - first).TotalSeconds / (outcome.GeneratedTokens - 1);
                _gaps.WithLabels(labels).Observe(gap, outcome.GeneratedTokens - 1);
                _tokenTime.WithLabels(labels).Observe(gap);
            }
        }
    }

    private void Collect(string[] labels, EngineLoop engine)
    {
        EngineStatus status = engine.Status;
        double usage = (double)status.KvUsed / engine.Limits.BlockCount;
        _running.WithLabels(labels).Set(status.TotalRunning);
        _waiting.WithLabels(labels).Set(status.TotalWaiting);
        _kvUsage.WithLabels(labels).Set(usage);
        _oldKvUsage.WithLabels(labels).Set(usage);
        _cacheConfiguration.WithLabels(
            labels[0], labels[1], engine.Limits.BlockSize.ToString(CultureInfo.InvariantCulture), engine.Limits.BlockCount.ToString(CultureInfo.InvariantCulture)).Set(1);
        long prefill = engine.Accounts.All.Sum(account => account.PrefillTokens), cached = engine.Accounts.All.Sum(account => account.CachedTokens);
        _promptTokens.WithLabels(labels).IncTo(prefill + cached);
        _generationTokens.WithLabels(labels).IncTo(engine.Accounts.All.Sum(account => account.GeneratedTokens));
        _cacheQueries.WithLabels(labels).IncTo(prefill + cached);
        _cacheHits.WithLabels(labels).IncTo(cached);
        _preemptions.WithLabels(labels).IncTo(status.Preemptions);
        _drafted.WithLabels(labels).IncTo(status.Drafted);
        _accepted.WithLabels(labels).IncTo(status.Accepted);
    }

    private static int IndexOf(IReadOnlyList<EngineLoop> replicas, EngineLoop replica)
    {
        for (int index = 0; index < replicas.Count; index++)
        {
            if (replicas[index] == replica)
            {
                return index;
            }
        }
        return 0;
    }

    private static string NameOf(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.Failed => "error",
        _ => "abort",
    };
}
