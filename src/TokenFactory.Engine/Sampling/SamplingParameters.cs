namespace TokenFactory.Engine.Sampling;

/// <summary>How the next token is chosen. Immutable; the defaults sample from the model's own distribution.</summary>
public sealed record SamplingParameters
{
    /// <summary>Most alternatives that a sequence may ask for beside each token.</summary>
    public const int MostTopLogprobs = 20;

    public static SamplingParameters Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits; 0 takes the most likely token (of equals the lowest id). From 0 to 2.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps the k most likely tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest most likely tokens whose probabilities reach this sum. Above 0, at most 1.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Drops tokens less likely than this share of the most likely one. From 0 to 1.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens in the prompt or the output (Keskar et al., CTRL, 2019). 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted once from the logit of each token generated before. From -2 to 2.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit for each time it was generated before. From -2 to 2.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>With a seed, the same prompt and parameters give the same tokens, whatever else runs. Null: a fresh seed for each sequence.</summary>
    public long? Seed { get; init; }

    /// <summary>Added to the logits of the named tokens before anything else. From -100 to 100 each.</summary>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>Whether each token's logprob is reported.</summary>
    public bool Logprobs { get; init; }

    /// <summary>Most likely tokens reported beside each token, 0 to <see cref="MostTopLogprobs"/>; counts only with <see cref="Logprobs"/>.</summary>
    public int TopLogprobs { get; init; }

    public bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;
}
