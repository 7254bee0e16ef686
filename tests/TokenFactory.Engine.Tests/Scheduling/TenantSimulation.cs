using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Tests.Scheduling;

/// <summary>
/// Tenants before a real scheduler, in virtual time: a step takes a fixed time and more for every prompt token and every row that
/// decodes, as on a device that reads its weights once a step. Requests come in while a step runs and are seen at its end.
/// </summary>
internal sealed class TenantSimulation(ExecutorLimits limits, BatchPolicy policy)
{
    private const long TicksPerSecond = 1_000_000;
    private const long StepTicks = 8_000;
    private const long PrefillTicks = 20;
    private const long DecodeTicks = 100;

    private readonly SchedulerBench _bench = new(limits, policy, TicksPerSecond);
    private readonly Dictionary<Sequence, TenantRequest> _open = [];
    private readonly Dictionary<string, List<double>> _firstTokens = [];
    private readonly Dictionary<string, long> _served = [];

    public long Preemptions => _bench.Scheduler.Preemptions;

    /// <summary>Runs until a time, and until all requests are answered where it is infinite; counts what is served from another time on.</summary>
    public void Run(IReadOnlyList<TenantLoad> loads, double arriveFor, double countFrom, double until)
    {
        foreach (TenantLoad load in loads)
        {
            _firstTokens[load.Tenant] = [];
            _served[load.Tenant] = 0;
        }
        Queue<TenantRequest> coming = new(loads.SelectMany((load, index) => load.Requests(arriveFor, seed: index + 1)).OrderBy(request => request.At));
        while (_bench.Now < until * TicksPerSecond && (coming.Count > 0 || _open.Count > 0))
        {
            long now = _open.Count > 0 ? _bench.Now : Math.Max(_bench.Now, Ticks(coming.Peek().At));
            while (coming.TryPeek(out TenantRequest? next) && Ticks(next.At) <= now)
            {
                Add(coming.Dequeue());
            }
            _bench.Now = now;
            Step(counts: now >= countFrom * TicksPerSecond);
        }
    }

    /// <summary>Times from arrival to first token, in seconds, by arrival.</summary>
    public IReadOnlyList<double> FirstTokens(string tenant) => _firstTokens[tenant];

    /// <summary>Tokens computed, of prompts and answers.</summary>
    public long Served(string tenant) => _served[tenant];

    private static long Ticks(double seconds) => 1 + (long)(seconds * TicksPerSecond);

    private void Add(TenantRequest request)
    {
        _bench.Now = Ticks(request.At);
        _open.Add(_bench.Add(request.Prompt, request.Answer, request.Load.Tenant, weight: request.Load.Weight), request);
    }

    private void Step(bool counts)
    {
        ScheduledStep step = _bench.Schedule();
        int tokens = step.Plan.Tokens.Length;
        _bench.Now += StepTicks + (PrefillTicks * step.PrefillTokens) + (DecodeTicks * (tokens - step.PrefillTokens));
        Sequence[] computed = [.. step.Sequences];
        if (counts)
        {
            for (int i = 0; i < computed.Length; i++)
            {
                _served[_open[computed[i]].Load.Tenant] += step.Plan.Slices[i].Count;
            }
        }
        bool[] begun = [.. computed.Select(sequence => sequence.GeneratedCount > 0)];
        _bench.Complete();
        for (int i = 0; i < computed.Length; i++)
        {
            if (!begun[i] && computed[i].GeneratedCount > 0)
            {
                _firstTokens[_open[computed[i]].Load.Tenant].Add((_bench.Now - computed[i].ArrivedAt) / (double)TicksPerSecond);
            }
            if (computed[i].State == SequenceState.Finished)
            {
                _open.Remove(computed[i]);
            }
        }
    }
}
