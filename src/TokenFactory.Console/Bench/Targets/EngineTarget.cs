using System.Globalization;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Engine.Serving;
using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>A model in this process, without HTTP: what the engine itself does.</summary>
/// <param name="model">The model; the caller disposes of it.</param>
/// <param name="meter">Hears its engine; null where nobody does.</param>
/// <param name="facts">What it is.</param>
/// <param name="lane">The lane of all requests.</param>
/// <param name="tenants">So many tenants the requests belong to, in turn.</param>
/// <param name="clock">Says when tokens arrive.</param>
internal sealed class EngineTarget(ServedModel model, StepMeter? meter, TargetFacts facts, Lane lane, int tenants, TimeProvider clock) : IBenchTarget
{
    private const int WarmUpTokens = 8;

    private (long Preemptions, long Drafted, long Accepted) _before;

    public TargetFacts Facts { get; } = facts;

    /// <summary>What there was in the run that ended last.</summary>
    public EngineUse LastUse { get; private set; } = new(default, default, 0, 0, null);

    private (long Preemptions, long Drafted, long Accepted) Counts => (
        model.Replicas.Sum(replica => replica.Status.Preemptions), model.Replicas.Sum(replica => replica.Status.Drafted), model.Replicas.Sum(replica => replica.Status.Accepted));

    /// <summary>A few tokens, so that nothing is run for the first time when it counts.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(WorkloadRequest request, PromptMaker prompts, CancellationToken cancellation)
    {
        WorkloadRequest small = new(Math.Min(request.PromptTokens, WarmUpTokens), Math.Min(request.OutputTokens, WarmUpTokens));
        RequestRecord[] records = [.. model.Replicas.Select(_ => new RequestRecord(small, 0, new RunCounts()))];
        await Task.WhenAll(records.Select((record, i) => SendAsync(small, -1 - i, prompts, record, cancellation)));
        return records.FirstOrDefault(record => record.Failure is not null) is { } failed ? throw new BenchException($"{Facts.Model} answers nothing: {failed.Failure}") : [];
    }

    public void BeginRun()
    {
        _before = Counts;
        meter?.Begin(model.Replicas);
    }

    public EngineUse? EndRun() => meter is null ? null : LastUse = meter.Read() with
    {
        KvBlocks = (long)model.Limits.BlockCount * model.Replicas.Count,
        Places = model.Policy.Policy.MaxRunning * model.Replicas.Count,
        Replicas = model.Replicas.Count,
        Preemptions = Counts.Preemptions - _before.Preemptions,
        Drafted = Counts.Drafted - _before.Drafted,
        Accepted = Counts.Accepted - _before.Accepted,
    };

    public async Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation)
    {
        GenerationRequest asked = new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"bench-{index}"),
            Tenant = string.Create(CultureInfo.InvariantCulture, $"bench-{Math.Abs(index) % tenants}"),
            Lane = lane,
            Prompt = prompts.Ids(request, index),
            MaxNewTokens = request.OutputTokens,
            Sampling = SamplingParameters.Greedy,
            IgnoreEndTokens = true,
        };
        GenerationDelta delta = new();
        record.Send(clock.GetTimestamp());
        if (model.ChooseReplica().TrySubmit(asked, out Generation? generation) is { } rejection)
        {
            record.Fail(rejection.Message, clock.GetTimestamp(), rejection.Kind is RejectionKind.Unavailable or RejectionKind.Draining);
            return;
        }
        using CancellationTokenRegistration giveUp = cancellation.UnsafeRegister(static asked => ((Generation)asked!).Cancel(), generation);
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
            record.Add(delta.Tokens.Count, clock.GetTimestamp());
        }
        cancellation.ThrowIfCancellationRequested();
        End(record, generation.Outcome!);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void End(RequestRecord record, GenerationOutcome outcome)
    {
        if (outcome.Reason is FinishReason.Stop or FinishReason.Length)
        {
            record.Complete(new RequestUsage(outcome.PromptTokens, outcome.CachedTokens, outcome.GeneratedTokens), clock.GetTimestamp());
        }
        else
        {
            record.Fail(outcome.Error ?? "It was cancelled.", clock.GetTimestamp(), model.FindProblem() is not null);
        }
    }
}
