using TokenFactory.Engine.Serving;

namespace TokenFactory.Web.Bench.Targets;

/// <summary>What a target is, for people and for comparing.</summary>
/// <param name="Kind"><c>engine</c> in this process, or <c>http</c>.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Vocabulary">Token ids that a prompt may hold lie below this.</param>
public sealed record TargetFacts(string Kind, string Model, int Vocabulary)
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

    /// <summary>Tokens that are guessed ahead for a sequence.</summary>
    public int? DraftTokens { get; init; }

    /// <summary>Threads that compute on the processor, over all replicas.</summary>
    public int? Threads { get; init; }

    /// <summary>A model in this process.</summary>
    internal static TargetFacts Of(ServedModel model) => new("engine", model.Name, model.Limits.VocabularySize)
    {
        Precision = model.Precision,
        Device = model.Replicas[0].Device.Name,
        Runtime = model.Replicas[0].Device.Runtime,
        Replicas = model.Replicas.Count,
        Sequences = model.Limits.MaxSequences,
        Context = model.MaxContext,
        StepTokens = model.Limits.MaxStepTokens,
        DraftTokens = model.Policy.Policy.DraftTokens is > 0 and int drafts ? drafts : null,
    };
}
