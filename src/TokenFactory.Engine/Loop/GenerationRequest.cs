using TokenFactory.Engine.Constraints;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Sequences;

namespace TokenFactory.Engine.Loop;

/// <summary>What the engine is asked to generate, or to embed. Texts are tokens already; who may ask was decided before.</summary>
public sealed record GenerationRequest
{
    /// <summary>Names the request in logs, the queue and the ledger.</summary>
    public required string Id { get; init; }

    /// <summary>Whose tokens these are.</summary>
    public required string Tenant { get; init; }

    /// <summary>The tenant's share against others in the lane. Above 0.</summary>
    public double TenantWeight { get; init; } = 1;

    public Lane Lane { get; init; } = Lane.Interactive;

    /// <summary>The prompt's token ids, at least one.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>Whether the prompt is pooled to a vector (<see cref="GenerationOutcome.Pooled"/>) and nothing is generated.</summary>
    public bool Embeds { get; init; }

    /// <summary>Most tokens to generate; null: as many as the context leaves.</summary>
    public int? MaxNewTokens { get; init; }

    public SamplingParameters Sampling { get; init; } = new();

    /// <summary>What the text has to satisfy; compiled for the model's vocabulary. Null for nothing.</summary>
    public TokenConstraint? Constraint { get; init; }

    /// <summary>Strings that end the generation and are not part of its text.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the generation beside the model's own end tokens.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Goes on past the model's end tokens, for measuring.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>
    /// Whether special tokens give no text. False for a reader to whom they mark parts of the answer; the model's end tokens give none
    /// either way.
    /// </summary>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Requests share cached prefixes only with those of the same salt.</summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Hears when this one generation begins and ends; null for nobody.</summary>
    public IGenerationListener? Listener { get; init; }

    /// <summary>Most tokens that may be generated in a context of so many tokens, prompt and generated ones together.</summary>
    internal int MostNewTokens(int context)
    {
        int room = context - Prompt.Length;
        return Embeds ? 0 : Math.Min(MaxNewTokens ?? room, room);
    }
}
