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
