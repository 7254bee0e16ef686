using TokenFactory.Engine.Sampling;

namespace TokenFactory.Web.Playground;

/// <summary>What the playground asks of a model.</summary>
public enum PlaygroundMode
{
    /// <summary>Turns through the model's chat template.</summary>
    Chat,

    /// <summary>A text that the model goes on with.</summary>
    Completion,
}

/// <summary>How the playground asks. What is null is left to the model's own defaults.</summary>
public sealed record PlaygroundSettings
{
    public const int DefaultMaxTokens = 256;

    public PlaygroundMode Mode { get; init; }

    /// <summary>The model's name; null: the first that serves.</summary>
    public string? Model { get; init; }

    /// <summary>The system message; empty: none.</summary>
    public string System { get; init; } = "";

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = DefaultMaxTokens;

    public float? Temperature { get; init; }

    public float? TopP { get; init; }

    public int? TopK { get; init; }

    public float? MinP { get; init; }

    public float? RepetitionPenalty { get; init; }

    public float? PresencePenalty { get; init; }

    public float? FrequencyPenalty { get; init; }

    public long? Seed { get; init; }

    /// <summary>Strings that end the answer, one a line; <c>\n</c> in a line is a line feed.</summary>
    public string Stops { get; init; } = "";

    /// <summary>The lines of <see cref="Stops"/> as the engine takes them.</summary>
    public IReadOnlyList<string> StopStrings =>
        [.. Stops.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Replace("\\n", "\n", StringComparison.Ordinal))];

    /// <summary>The model's defaults with everything that is set here.</summary>
    public SamplingParameters ToSampling(SamplingParameters defaults) => defaults with
    {
        Temperature = Temperature ?? defaults.Temperature,
        TopP = TopP ?? defaults.TopP,
        TopK = TopK ?? defaults.TopK,
        MinP = MinP ?? defaults.MinP,
        RepetitionPenalty = RepetitionPenalty ?? defaults.RepetitionPenalty,
        PresencePenalty = PresencePenalty ?? defaults.PresencePenalty,
        FrequencyPenalty = FrequencyPenalty ?? defaults.FrequencyPenalty,
        Seed = Seed ?? defaults.Seed,
    };
}
