using System.Globalization;
using System.Runtime.InteropServices;
using TokenFactory.Telemetry.Host;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>Makes figures of a run's records.</summary>
/// <param name="run">The run.</param>
/// <param name="clock">Whose timestamps the records hold.</param>
internal sealed class ReportMaker(BenchRun run, TimeProvider clock)
{
    private readonly RequestRecord[] _answered = [.. run.Records.Where(record => record.Usage is not null)];

    private double Seconds { get; } = clock.GetElapsedTime(run.BegunAt, run.EndedAt).TotalSeconds;

    /// <summary>Everything but what only the caller knows: bounds.</summary>
    public BenchReport Make(TargetFacts target, LatencyTargets targets, EngineUse? engine, int sharedPrefix, int seed, IEnumerable<string> notes)
    {
        TokenFigures tokens = CountTokens();
        return new BenchReport
        {
            At = clock.GetUtcNow(),
            Machine = Machine(),
            Target = target,
            Workload = Describe(run.Workload, sharedPrefix, seed),
            Requests = CountRequests(),
            Seconds = Seconds,
            Tokens = tokens,
            Latency = Latency(),
            Goodput = Goodput(targets),
            Engine = engine is null ? null : Engine(engine),
            Energy = engine?.Joules is { } joules ? new EnergyFigures(joules, tokens.Output > 0 ? joules / tokens.Output : 0) : null,
            Notes = [.. run.Workload.Notes, .. notes, .. FindOddities()],
        };
    }

    private static MachineFacts Machine()
    {
        HostFacts facts = new HostSampler().Facts;
        return new MachineFacts(
            facts.CpuName, facts.LogicalCores, RuntimeInformation.FrameworkDescription, typeof(ReportMaker).Assembly.GetName().Version?.ToString(3) ?? "");
    }

    private static WorkloadFacts Describe(Workload workload, int sharedPrefix, int seed) => new(
        workload.Name,
        workload.Requests.Count,
        workload.Concurrency is { } places
            ? string.Create(CultureInfo.InvariantCulture, $"{places:N0} at once")
            : string.Create(CultureInfo.InvariantCulture, $"at times of their own over {workload.Requests[^1].At!.Value.TotalSeconds:N1} s"),
        workload.Requests.Average(request => request.PromptTokens),
        workload.Requests.Average(request => request.OutputTokens),
        sharedPrefix,
        seed);

    private RequestFigures CountRequests()
    {
        FailureCount[] failures =
        [
            .. run.Records.Where(record => record.Failure is not null).GroupBy(record => record.Failure!)
                .Select(group => new FailureCount(group.Key, group.Count())).OrderByDescending(failure => failure.Count),
        ];
        return new RequestFigures(_answered.Length, failures.Sum(failure => failure.Count), run.Workload.Requests.Count - run.Records.Count, failures);
    }

    private TokenFigures CountTokens()
    {
        long prompt = _answered.Sum(record => (long)record.Usage!.PromptTokens);
        long output = _answered.Sum(record => (long)record.Usage!.OutputTokens);
        long? cached = _answered.All(record => record.Usage!.CachedTokens is not null) ? _answered.Sum(record => (long)record.Usage!.CachedTokens!.Value) : null;
        return new TokenFigures(prompt, cached, output, prompt / Seconds, output / Seconds, _answered.Length / Seconds);
    }

    private LatencyFigures Latency() => new(
        Distribution.Of(_answered.Select(FirstToken).OfType<double>()),
        Distribution.Of(_answered.SelectMany(Gaps)),
        Distribution.Of(_answered.Select(PerOutputToken).OfType<double>()),
        Distribution.Of(_answered.Select(record => Milliseconds(record.SentAt, record.EndedAt))),
        run.Workload.Concurrency is null ? Distribution.Of(run.Records.Select(record => Math.Max(0, Milliseconds(record.DueAt, record.SentAt)))) : null);

    /// <summary>A request counts where its first token came in time, and those after it came fast enough in the mean.</summary>
    private GoodputFigures Goodput(LatencyTargets targets)
    {
        RequestRecord[] met =
        [
            .. _answered.Where(record =>
                FirstToken(record) <= targets.FirstToken.TotalMilliseconds && (PerOutputToken(record) ?? 0) <= targets.BetweenTokens.TotalMilliseconds),
        ];
        return new GoodputFigures(
            targets.FirstToken.TotalMilliseconds,
            targets.BetweenTokens.TotalMilliseconds,
            met.Length,
            (double)met.Length / run.Workload.Requests.Count,
            met.Length / Seconds,
            met.Sum(record => (long)record.Usage!.OutputTokens) / Seconds);
    }

    private EngineFigures Engine(EngineUse use)
    {
        double seconds = use.Decode.Seconds + use.Prefill.Seconds;
        double rows = seconds > 0 ? (use.Decode.RowSeconds + use.Prefill.RowSeconds) / seconds : 0;
        return new EngineFigures(
            use.Decode.Steps + use.Prefill.Steps,
            rows,
            rows * use.Replicas / use.Places,
            seconds / use.Replicas / Seconds,
            use.KvMean / use.KvBlocks,
            (double)use.KvPeak / use.KvBlocks,
            use.Preemptions,
            use.Drafted,
            use.Accepted);
    }

    private IEnumerable<string> FindOddities()
    {
        int shorter = _answered.Count(record => record.Usage!.OutputTokens < record.Request.OutputTokens);
        if (shorter > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{shorter:N0} answers ended before the length that was asked for.");
        }
        long arrived = _answered.Sum(record => (long)record.Tokens.Length);
        long counted = _answered.Sum(record => (long)record.Usage!.OutputTokens);
        if (arrived < counted)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{counted:N0} tokens came in {arrived:N0} pieces that do not say how many they hold: times between tokens are times between pieces.");
        }
    }

    private double Milliseconds(long from, long to) => clock.GetElapsedTime(from, to).TotalMilliseconds;

    private double? FirstToken(RequestRecord record) => record.Tokens.Length > 0 ? Milliseconds(record.SentAt, record.Tokens[0]) : null;

    private double? PerOutputToken(RequestRecord record) => record.Tokens.Length > 0 && record.Usage!.OutputTokens > 1
        ? Milliseconds(record.Tokens[0], record.Tokens[^1]) / (record.Usage.OutputTokens - 1)
        : null;

    private IEnumerable<double> Gaps(RequestRecord record)
    {
        for (int i = 1; i < record.Tokens.Length; i++)
        {
            yield return Milliseconds(record.Tokens[i - 1], record.Tokens[i]);
        }
    }
}

/// <summary>How soon answers are wanted.</summary>
/// <param name="FirstToken">Most time to the first token.</param>
/// <param name="BetweenTokens">Most time between tokens, in the mean of a request.</param>
internal sealed record LatencyTargets(TimeSpan FirstToken, TimeSpan BetweenTokens);
