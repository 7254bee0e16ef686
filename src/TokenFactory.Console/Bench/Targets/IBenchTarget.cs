using TokenFactory.Web.Bench.Driving;
using TokenFactory.Web.Bench.Workloads;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>Something that generates tokens and is measured.</summary>
internal interface IBenchTarget : IAsyncDisposable
{
    /// <summary>What it is.</summary>
    TargetFacts Facts { get; }

    /// <summary>Makes ready for a run, which is not counted: a first request is answered.</summary>
    /// <param name="request">A request like those that follow.</param>
    /// <param name="prompts">Where its prompt comes from.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What has to be known of the answers, each a sentence.</returns>
    /// <exception cref="BenchException">It answers nothing.</exception>
    Task<IReadOnlyList<string>> PrepareAsync(WorkloadRequest request, PromptMaker prompts, CancellationToken cancellation);

    /// <summary>The run begins.</summary>
    void BeginRun();

    /// <summary>The run has ended.</summary>
    /// <returns>What its engine did and held meanwhile; null where it does not say.</returns>
    EngineUse? EndRun();

    /// <summary>
    /// Sends a request and reads its answer to the end. Whatever goes wrong with it is in the record, which has an end afterwards; only
    /// cancellation is thrown. Safe for any number of requests at once.
    /// </summary>
    /// <param name="request">How long prompt and answer are.</param>
    /// <param name="index">Which prompt, from <paramref name="prompts"/>.</param>
    /// <param name="prompts">Where its prompt comes from.</param>
    /// <param name="record">Told of every arrival.</param>
    /// <param name="cancellation">Gives up.</param>
    Task SendAsync(WorkloadRequest request, int index, PromptMaker prompts, RequestRecord record, CancellationToken cancellation);
}

/// <summary>What a target is, for people and for comparing.</summary>
/// <param name="Kind"><c>engine</c> in this process, or <c>http</c>.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Vocabulary">Token ids that a prompt may hold lie below this.</param>
internal sealed record TargetFacts(string Kind, string Model, int Vocabulary)
{
    /// <summary>Where it answers; null in this process.</summary>
    public string? Url { get; init; }

    /// <summary>How the weights are held; null where it does not say. So are all below.</summary>
    public string? Precision { get; init; }

    /// <summary>The device's maker's name.</summary>
    public string? Device { get; init; }

    /// <summary>What computes, with its version.</summary>
    public string? Runtime { get; init; }

    public int? Replicas { get; init; }

    /// <summary>Most sequences that run at once, on each replica.</summary>
    public int? Sequences { get; init; }

    /// <summary>Longest sequence, prompt and output together.</summary>
    public int? Context { get; init; }

    /// <summary>Most tokens of a step.</summary>
    public int? StepTokens { get; init; }

    /// <summary>Threads that compute on the processor, over all replicas.</summary>
    public int? Threads { get; init; }
}
