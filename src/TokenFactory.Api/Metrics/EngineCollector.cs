using Prometheus;
using TokenFactory.Api.Admission;
using TokenFactory.Engine.Accounting;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;

namespace TokenFactory.Api.Metrics;

/// <summary>Copies the engines' counts into series at a scrape.</summary>
internal sealed class EngineCollector
{
    private const string OtherTenants = "other";

    private readonly Counter _prefill;
    private readonly Counter _cached;
    private readonly Counter _generated;
    private readonly Counter _steps;
    private readonly Counter _preemptions;
    private readonly Counter _drafted;
    private readonly Counter _accepted;
    private readonly Counter _failedSteps;
    private readonly Counter _moved;
    private readonly Counter _corrupted;
    private readonly Gauge _running;
    private readonly Gauge _waiting;
    private readonly Gauge _blocks;
    private readonly HashSet<string> _tenants = [];
    private readonly int _mostTenants;
    private readonly Lock _lock = new();

    /// <param name="factory">Where the series are registered.</param>
    /// <param name="mostTenants">Tenants with series of their own; later ones are folded into one.</param>
    public EngineCollector(MetricFactory factory, int mostTenants)
    {
        string[] account = ["model", "device", "tenant", "lane"];
        string[] replica = ["model", "device"];
        _prefill = factory.CreateCounter("tokenfactory_prefill_tokens_total", "Prompt tokens computed, again after a preemption too.", account);
        _cached = factory.CreateCounter("tokenfactory_cached_tokens_total", "Prompt tokens taken from the KV cache.", account);
        _generated = factory.CreateCounter("tokenfactory_generation_tokens_total", "Tokens generated.", account);
        _steps = factory.CreateCounter("tokenfactory_steps_total", "Steps completed.", replica);
        _preemptions = factory.CreateCounter("tokenfactory_preemptions_total", "Sequences that gave up their KV blocks to others.", replica);
        _drafted = factory.CreateCounter("tokenfactory_drafted_tokens_total", "Tokens that were guessed ahead and verified.", replica);
        _accepted = factory.CreateCounter("tokenfactory_accepted_drafts_total", "Guessed tokens that were right: they needed no step of their own.", replica);
        _failedSteps = factory.CreateCounter("tokenfactory_failed_steps_total", "Times that the device failed to compute steps.", replica);
        _moved = factory.CreateCounter("tokenfactory_moved_requests_total", "Requests that another replica went on with after this one had failed.", replica);
        _corrupted = factory.CreateCounter("tokenfactory_corrupted_requests_total", "Requests ended because their logits held NaN.", replica);
        _running = factory.CreateGauge("tokenfactory_requests_running", "Requests that hold a row.", ["model", "device", "lane"]);
        _waiting = factory.CreateGauge("tokenfactory_requests_waiting", "Requests in the queue.", ["model", "device", "lane"]);
        _blocks = factory.CreateGauge("tokenfactory_kv_blocks", "KV blocks by state.", ["model", "device", "state"]);
        _mostTenants = mostTenants;
    }

    public void Collect(IReadOnlyList<ServedModel> models)
    {
        // Scrapes may overlap; the folded sums below must not mix.
        lock (_lock)
        {
            foreach (ServedModel model in models)
            {
                foreach (EngineLoop replica in model.Replicas)
                {
                    Collect(model.Name, replica);
                }
            }
        }
    }

    private void Collect(string model, EngineLoop engine)
    {
        string device = engine.Device.Id;
        foreach (IGrouping<(string Tenant, Lane Lane), TokenAccount> accounts in
            engine.Accounts.All.GroupBy(account => (Label(account.Tenant), account.Lane)))
        {
            string[] labels = [model, device, accounts.Key.Tenant, WireNames.Of(accounts.Key.Lane)];
            _prefill.WithLabels(labels).IncTo(accounts.Sum(account => account.PrefillTokens));
            _cached.WithLabels(labels).IncTo(accounts.Sum(account => account.CachedTokens));
            _generated.WithLabels(labels).IncTo(accounts.Sum(account => account.GeneratedTokens));
        }
        EngineStatus status = engine.Status;
        for (Lane lane = Lane.Interactive; lane <= Lane.Batch; lane++)
        {
            _running.WithLabels(model, device, WireNames.Of(lane)).Set(status.Running(lane));
            _waiting.WithLabels(model, device, WireNames.Of(lane)).Set(status.Waiting(lane));
        }
        _blocks.WithLabels(model, device, "used").Set(status.KvUsed);
        _blocks.WithLabels(model, device, "cached").Set(status.KvCached);
        _blocks.WithLabels(model, device, "free").Set(status.KvFree);
        _steps.WithLabels(model, device).IncTo(status.Steps);
        _preemptions.WithLabels(model, device).IncTo(status.Preemptions);
        _drafted.WithLabels(model, device).IncTo(status.Drafted);
        _accepted.WithLabels(model, device).IncTo(status.Accepted);
        _failedSteps.WithLabels(model, device).IncTo(status.FailedSteps);
        _moved.WithLabels(model, device).IncTo(status.Moved);
        _corrupted.WithLabels(model, device).IncTo(status.Corrupted);
    }

    private string Label(string tenant) =>
        _tenants.Contains(tenant) || (_tenants.Count < _mostTenants && _tenants.Add(tenant)) ? tenant : OtherTenants;
}
