using System.Text.Json.Serialization;
using TokenFactory.Api.Constraints;
using TokenFactory.Api.Tracing;

namespace TokenFactory.Api.Generations;

/// <summary>What chat completions and completions have in common. Where a value is absent, the model's own default holds.</summary>
public abstract record GenerateRequest
{
    /// <summary>The model's name, as <c>GET /v1/models</c> lists it. May be left out where exactly one model serves.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>Whether the answer comes piece by piece as server-sent events, ended by <c>data: [DONE]</c>.</summary>
    [JsonPropertyName("stream")]
    public bool Stream { get; init; }

    /// <summary>What a stream carries beside the text.</summary>
    [JsonPropertyName("stream_options")]
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>How many answers to give to each prompt, 1 to 16.</summary>
    [JsonPropertyName("n")]
    public int N { get; init; } = 1;

    /// <summary>A string, or up to 16 strings, that end the answer and are not part of it.</summary>
    [JsonPropertyName("stop")]
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Up to 256 token ids that end the answer.</summary>
    [JsonPropertyName("stop_token_ids")]
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Most tokens of an answer, at least 1; as many as the context leaves where absent.</summary>
    [JsonPropertyName("max_tokens")]
    public int? MaxTokens { get; init; }

    /// <summary>Divides the logits, 0 to 2; 0 takes the most likely token.</summary>
    [JsonPropertyName("temperature")]
    public float? Temperature { get; init; }

    /// <summary>Keeps the fewest most likely tokens whose probabilities reach this sum; above 0, at most 1.</summary>
    [JsonPropertyName("top_p")]
    public float? TopP { get; init; }

    /// <summary>Keeps this many most likely tokens; 0 or -1 keeps all.</summary>
    [JsonPropertyName("top_k")]
    public int? TopK { get; init; }

    /// <summary>Drops tokens less likely than this share of the most likely one, 0 to 1.</summary>
    [JsonPropertyName("min_p")]
    public float? MinP { get; init; }

    /// <summary>Lowers tokens that were generated before, -2 to 2.</summary>
    [JsonPropertyName("presence_penalty")]
    public float? PresencePenalty { get; init; }

    /// <summary>Lowers tokens for each time they were generated before, -2 to 2.</summary>
    [JsonPropertyName("frequency_penalty")]
    public float? FrequencyPenalty { get; init; }

    /// <summary>Divides the logits of tokens in prompt or answer; 1 is off.</summary>
    [JsonPropertyName("repetition_penalty")]
    public float? RepetitionPenalty { get; init; }

    /// <summary>Makes sampling repeatable. Of several answers each has its own: seed + index.</summary>
    [JsonPropertyName("seed")]
    public long? Seed { get; init; }

    /// <summary>Token ids and what is added to their logits, -100 to 100 each; at most 1024 of them.</summary>
    [JsonPropertyName("logit_bias")]
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <summary>Goes on past the model's end tokens, for measuring.</summary>
    [JsonPropertyName("ignore_eos")]
    public bool IgnoreEos { get; init; }

    /// <summary>Requests share cached prompt prefixes only with those of the same salt.</summary>
    [JsonPropertyName("cache_salt")]
    public string? CacheSalt { get; init; }

    /// <summary>The client's own name for its user; accepted and not used.</summary>
    [JsonPropertyName("user")]
    public string? User { get; init; }

    /// <summary>The form of the answers; null where they are free.</summary>
    [JsonIgnore]
    internal AskedConstraint? Constraint { get; init; }

    /// <summary>What is asked for.</summary>
    [JsonIgnore]
    internal virtual GenerationOperation Operation => GenerationOperation.Chat;

    /// <summary>Most tokens of an answer, by whichever name it was asked.</summary>
    [JsonIgnore]
    internal virtual int? MostTokens => MaxTokens;

    /// <summary>Alternatives wanted beside each token; null where no logprobs are wanted.</summary>
    [JsonIgnore]
    internal abstract int? WantedLogprobs { get; }

    /// <summary>Whether the answer's reader has to see special tokens.</summary>
    [JsonIgnore]
    internal bool ShowsSpecialTokens { get; init; }

}

/// <summary>What a stream carries beside the text.</summary>
/// <param name="IncludeUsage">Whether a last chunk without choices says how many tokens were used.</param>
/// <param name="ContinuousUsageStats">Whether every chunk says so too, as of what has been sent; only with <paramref name="IncludeUsage"/>.</param>
public sealed record StreamOptions(
    [property: JsonPropertyName("include_usage")] bool IncludeUsage = false,
    [property: JsonPropertyName("continuous_usage_stats")] bool ContinuousUsageStats = false);
