using System.Text.Json.Serialization;
using TokenFactory.Telemetry.Bounds;
using TokenFactory.Web.Bench.Targets;

namespace TokenFactory.Web.Bench.Reports;

/// <summary>What a run found, and all that has to be known to repeat it or to hold another against it. Times are in milliseconds unless a name says otherwise.</summary>
public sealed record BenchReport
{
    /// <summary>The form of the file; another number is another form.</summary>
    public const int CurrentVersion = 1;

    [JsonRequired]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>When it ended.</summary>
    public required DateTimeOffset At { get; init; }

    public required MachineFacts Machine { get; init; }

    public required TargetFacts Target { get; init; }

    public required WorkloadFacts Workload { get; init; }

    public required RequestFigures Requests { get; init; }

    /// <summary>From when the first request could be sent to the last one's end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Tokens of answered requests.</summary>
    public required TokenFigures Tokens { get; init; }

    /// <summary>Times of answered requests.</summary>
    public required LatencyFigures Latency { get; init; }

    public required GoodputFigures Goodput { get; init; }

    /// <summary>Null where the target does not say.</summary>
    public EngineFigures? Engine { get; init; }

    /// <summary>Null where nothing measures it.</summary>
    public EnergyFigures? Energy { get; init; }

    /// <summary>Null where the target computes elsewhere than on this processor.</summary>
    public BoundFigures? Bounds { get; init; }

    /// <summary>What has to be known about the figures, each a sentence.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>The machine that measured.</summary>
/// <param name="Processor">The maker's model string.</param>
/// <param name="Cores">Hardware threads.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Product">This product's version.</param>
public sealed record MachineFacts(string Processor, int Cores, string Runtime, string Product);

/// <summary>What was asked.</summary>
/// <param name="Name">In words.</param>
/// <param name="Requests">How many.</param>
/// <param name="Arrivals">How they came, in words.</param>
/// <param name="PromptTokens">Of a request in the mean, as asked.</param>
/// <param name="OutputTokens">Of a request in the mean, as asked.</param>
/// <param name="SharedPrefix">First tokens that all prompts had in common.</param>
/// <param name="Seed">Decides prompts and times.</param>
public sealed record WorkloadFacts(string Name, int Requests, string Arrivals, double PromptTokens, double OutputTokens, int SharedPrefix, int Seed);

/// <summary>What became of the requests.</summary>
/// <param name="Answered">Answered whole.</param>
/// <param name="Failed">Refused, or broken off.</param>
/// <param name="NotSent">Not sent, since nothing answered any more.</param>
/// <param name="Failures">How many failed for which reason, the commonest first.</param>
public sealed record RequestFigures(int Answered, int Failed, int NotSent, IReadOnlyList<FailureCount> Failures);

public sealed record FailureCount(string Reason, int Count);

/// <param name="Prompt">Prompt tokens, those from a cache among them.</param>
/// <param name="Cached">Those from a cache; null where the target does not say.</param>
/// <param name="Output">Tokens generated.</param>
/// <param name="PromptPerSecond">Over the whole run.</param>
/// <param name="OutputPerSecond">Over the whole run.</param>
/// <param name="RequestsPerSecond">Requests answered, over the whole run.</param>
public sealed record TokenFigures(long Prompt, long? Cached, long Output, double PromptPerSecond, double OutputPerSecond, double RequestsPerSecond);

/// <param name="FirstToken">From sending to the first token.</param>
/// <param name="BetweenTokens">Between one arrival and the next, of all requests together; tokens that come together are no time apart.</param>
/// <param name="PerOutputToken">A request's time from its first to its last token, by the tokens after the first.</param>
/// <param name="Whole">From sending to the end.</param>
/// <param name="SentLate">How long after its time a request was sent; null where none had a time.</param>
public sealed record LatencyFigures(Distribution? FirstToken, Distribution? BetweenTokens, Distribution? PerOutputToken, Distribution? Whole, Distribution? SentLate);

/// <summary>Requests that were answered as soon as was wanted.</summary>
/// <param name="FirstTokenTarget">Most time to the first token.</param>
/// <param name="BetweenTokensTarget">Most time per output token after it.</param>
/// <param name="Met">How many.</param>
/// <param name="Share">Of all that there were to send.</param>
/// <param name="RequestsPerSecond">Over the whole run.</param>
/// <param name="OutputTokensPerSecond">Their tokens, over the whole run.</param>
public sealed record GoodputFigures(double FirstTokenTarget, double BetweenTokensTarget, int Met, double Share, double RequestsPerSecond, double OutputTokensPerSecond);

/// <param name="Steps">Steps computed.</param>
/// <param name="Rows">Sequences of a step, in the mean over the steps' time.</param>
/// <param name="Occupancy">Their share of what can run at once.</param>
/// <param name="Busy">Share of the run in which steps were computed.</param>
/// <param name="KvMean">Share of the KV memory that running requests held, in the mean.</param>
/// <param name="KvPeak">The most.</param>
/// <param name="Preemptions">Times that a running request gave up its place.</param>
/// <param name="Drafted">Tokens that were guessed ahead and verified.</param>
/// <param name="Accepted">Those of them that were right.</param>
public sealed record EngineFigures(
    int Steps, double Rows, double Occupancy, double Busy, double KvMean, double KvPeak, long Preemptions, long Drafted = 0, long Accepted = 0);

/// <param name="Joules">Energy of all steps.</param>
/// <param name="JoulesPerOutputToken">By the tokens generated for answered requests.</param>
public sealed record EnergyFigures(double Joules, double JoulesPerOutputToken);

/// <param name="Machine">What the processor can do at most, measured before and after the run.</param>
/// <param name="Decode">Steps without prompt tokens against its memory.</param>
/// <param name="Prefill">Steps with prompt tokens against its arithmetic.</param>
public sealed record BoundFigures(MachineBounds Machine, DecodeShare? Decode, PrefillShare? Prefill);

/// <param name="Steps">How many.</param>
/// <param name="Seconds">Their time; that of replicas side by side once.</param>
/// <param name="WeightBytes">Weights read: all, once a step.</param>
/// <param name="KvBytes">Keys and values read: those of every position attended to.</param>
/// <param name="GigabytesPerSecond">Both by the time.</param>
/// <param name="Share">Of the memory's bandwidth.</param>
public sealed record DecodeShare(int Steps, double Seconds, double WeightBytes, double KvBytes, double GigabytesPerSecond, double Share);

/// <param name="Steps">How many.</param>
/// <param name="Seconds">Their time; that of replicas side by side once.</param>
/// <param name="Tokens">Tokens computed.</param>
/// <param name="ProductOperations">Of products with weights: two for each weight and token, the head's for sampled tokens.</param>
/// <param name="AttentionOperations">Four for each pair of token and position, number of a head, head and layer.</param>
/// <param name="GigaOperationsPerSecond">Both by the time.</param>
/// <param name="Rate">Of what rate it is a share: <c>fp32</c> or <c>int8</c>.</param>
/// <param name="Share">Of that rate.</param>
public sealed record PrefillShare(
    int Steps, double Seconds, long Tokens, double ProductOperations, double AttentionOperations, double GigaOperationsPerSecond, string Rate, double Share);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchReportJson : JsonSerializerContext;
