using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Reports;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Serving.Benchmarks;

/// <summary>
/// Short benchmarks of models that serve, through their engines' lane of what nobody waits for: whoever asks meanwhile goes first. Their
/// tokens are on nobody's account. One at a time for each model; the last result of each is kept until it is put away. Safe for any thread.
/// </summary>
internal sealed partial class BenchmarkDesk(ModelCatalog catalog, TimeProvider clock, ILogger<BenchmarkDesk> log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CancellationTokenSource> _running = [];
    private volatile ModelBenchmark[] _benchmarks = [];

    /// <summary>Raised when one begins or ends, on the thread that did it.</summary>
    public event Action? Changed;

    /// <summary>That of a model; null where none runs or is kept.</summary>
    public ModelBenchmark? Find(string model) => Array.Find(_benchmarks, one => one.Model == model);

    /// <summary>Begins a benchmark in place of the model's last.</summary>
    /// <returns>Ends with it.</returns>
    /// <exception cref="ModelOperationException">No such model serves, it drains, or is being measured.</exception>
    public Task Begin(string model, BenchmarkPlan plan)
    {
        ServedModel served = catalog.Find(model) ?? throw new ModelOperationException(ModelOperationProblem.NotFound, $"No model {model} serves.");
        if (served.IsDraining)
        {
            throw new ModelOperationException(ModelOperationProblem.Conflict, $"{model} is being unloaded.");
        }
        EngineTarget target = new(served, meter: null, TargetFacts.Of(served), Lane.Batch, tenants: 1, clock);
        // What an earlier run left in the cache is not to be found there.
        int seed = Random.Shared.Next();
        BenchDriver driver = new(target, new PromptMaker(seed, served.Limits.VocabularySize, sharedTokens: 0), clock);
        ModelBenchmark benchmark = new(model, plan, clock.GetUtcNow()) { Counts = driver.Counts };
        CancellationTokenSource cancelling = new();
        lock (_lock)
        {
            if (!_running.TryAdd(model, cancelling))
            {
                cancelling.Dispose();
                throw new ModelOperationException(ModelOperationProblem.Conflict, $"{model} is being measured already.");
            }
            _benchmarks = [.. _benchmarks.Where(other => other.Model != model), benchmark];
        }
        Changed?.Invoke();
        return Task.Run(() => RunAsync(served, driver, benchmark, seed, cancelling));
    }

    /// <summary>Calls a benchmark off; it leaves no result.</summary>
    /// <exception cref="ModelOperationException">None is under way.</exception>
    public void Cancel(string model)
    {
        lock (_lock)
        {
            if (!_running.TryGetValue(model, out CancellationTokenSource? cancelling))
            {
                throw new ModelOperationException(ModelOperationProblem.NotFound, $"{model} is not being measured.");
            }
            cancelling.Cancel();
        }
    }

    /// <summary>Puts a result away.</summary>
    public void Dismiss(string model)
    {
        lock (_lock)
        {
            _benchmarks = [.. _benchmarks.Where(one => one.Model != model || one.IsUnderWay)];
        }
        Changed?.Invoke();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (CancellationTokenSource running in _running.Values)
            {
                running.Cancel();
            }
        }
    }

    private async Task RunAsync(ServedModel model, BenchDriver driver, ModelBenchmark benchmark, int seed, CancellationTokenSource cancelling)
    {
        ModelBenchmark? ended = null;
        try
        {
            BenchmarkPlan plan = benchmark.Plan;
            BenchRun run = await driver.RunAsync(Workload.Fixed(plan.Requests, plan.PromptTokens, plan.OutputTokens, plan.Concurrency), cancelling.Token).ConfigureAwait(false);
            ended = benchmark with { Report = new ReportMaker(run, clock).Make(TargetFacts.Of(model), TargetsOf(model), null, 0, seed, []) };
        }
        catch (OperationCanceledException) when (cancelling.IsCancellationRequested)
        {
            // It leaves nothing.
        }
        catch (Exception problem)
        {
            ended = benchmark with { Failure = $"{problem.Message.TrimEnd('.')}. This was not foreseen; the log has the details." };
            LogUnforeseen(problem, benchmark.Model);
        }
        lock (_lock)
        {
            _running.Remove(benchmark.Model);
            cancelling.Dispose();
            _benchmarks = [.. _benchmarks.Where(one => one.Model != benchmark.Model), .. ended is null ? Array.Empty<ModelBenchmark>() : [ended]];
        }
        Changed?.Invoke();
    }

    /// <summary>What people want, though these requests wait for them.</summary>
    private static LatencyTargets TargetsOf(ServedModel model) =>
        new(model.Policy.Policy.Interactive.FirstTokenTarget, model.Policy.Policy.Interactive.BetweenTokensTarget);

    [LoggerMessage(LogLevel.Error, "The benchmark of {Model} failed.")]
    private partial void LogUnforeseen(Exception problem, string model);
}
