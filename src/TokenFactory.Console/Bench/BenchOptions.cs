using TokenFactory.Engine.Sequences;
using TokenFactory.Web.Bench.Targets;
using TokenFactory.Web.Hosting;

namespace TokenFactory.Web.Bench;

/// <summary>What is to be measured, as the command line says it.</summary>
internal sealed record BenchOptions
{
    /// <summary>A configured model's name, a folder, or the name under which a server has it; null: the first there is.</summary>
    public string? Model { get; init; }

    public ModelDevice? Device { get; init; }

    public ModelPrecision? Precision { get; init; }

    /// <summary>Most sequences that run at once.</summary>
    public int? Sequences { get; init; }

    /// <summary>Longest sequence, to which requests are cut.</summary>
    public int? Context { get; init; }

    /// <summary>Threads that compute on the processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Most tokens of a step.</summary>
    public int? StepTokens { get; init; }

    /// <summary>Tokens that are guessed ahead for a sequence; more than the executor verifies are as many as it does.</summary>
    public int DraftTokens { get; init; }

    /// <summary>The server that is measured; null: the engine in this process.</summary>
    public Uri? Url { get; init; }

    /// <summary>The server's key.</summary>
    public string? Key { get; init; }

    /// <summary>What prompts are sent as; null: ids where the server takes them.</summary>
    public PromptForm? Prompts { get; init; }

    /// <summary>Token ids sent to a server lie below this.</summary>
    public int Vocabulary { get; init; } = 1000;

    public int PromptTokens { get; init; } = 128;

    public int OutputTokens { get; init; } = 128;

    /// <summary>How many requests; null: four for each that is under way, or 32.</summary>
    public int? Requests { get; init; }

    /// <summary>Requests under way at once; null: 8, or as the trace or the rate says.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Requests a second, at random times.</summary>
    public double? Rate { get; init; }

    /// <summary>A file of requests.</summary>
    public string? Trace { get; init; }

    /// <summary>Factor on a trace's times.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Most requests of a trace.</summary>
    public int? Most { get; init; }

    /// <summary>Whether prompts share what the trace says they share.</summary>
    public bool TracePrefixes { get; init; }

    /// <summary>First tokens that all prompts have in common.</summary>
    public int SharedPrefix { get; init; }

    /// <summary>Decides prompts and random times; null: always the same, but for prompts to a server, which may know those of an earlier run.</summary>
    public int? Seed { get; init; }

    /// <summary>The lane of all requests; null: interactive, or as the server decides.</summary>
    public Lane? Lane { get; init; }

    /// <summary>Tenants that the requests belong to, in turn.</summary>
    public int Tenants { get; init; } = 1;

    /// <summary>Most milliseconds to the first token; null: the lane's target.</summary>
    public double? FirstTokenTarget { get; init; }

    /// <summary>Most milliseconds between tokens; null: the lane's target.</summary>
    public double? BetweenTokensTarget { get; init; }

    /// <summary>Where the report is written.</summary>
    public string? Json { get; init; }

    /// <summary>Reports that are held against this run; where there are several and nothing else is said, against each other.</summary>
    public IReadOnlyList<string> Compare { get; init; } = [];

    /// <summary>Whether anything is said of what is measured.</summary>
    public bool AsksForRun { get; init; }
}
