namespace TokenFactory.Web.Playground.Parameters;

/// <summary>The parameters of an answer, in the order of the page.</summary>
public static class PlaygroundParameters
{
    public const string MaxTokens = "max_tokens";
    public const string LogitBias = "logit_bias";

    /// <summary>All of them; stop strings and logit biases are lists and stand apart.</summary>
    public static IReadOnlyList<PlaygroundParameter> All { get; } =
    [
        PlaygroundParameter.Count(
            MaxTokens, "Max tokens", "Most tokens to generate; at least 1, prompt and answer together within the context.", null,
            settings => settings.MaxTokens, (settings, value) => settings with { MaxTokens = value }),
        PlaygroundParameter.Number(
            "temperature", "Temperature", "Divides the logits: higher is more varied, 0 always takes the likeliest token. From 0 to 2.", new(0, 2, 0.05),
            settings => settings.Sampling.Temperature, (settings, value) => settings with { Sampling = settings.Sampling with { Temperature = value } }),
        PlaygroundParameter.Number(
            "top_p", "Top-p", "Keeps the fewest likeliest tokens whose probabilities reach this sum. Above 0, at most 1; 1 is off.", new(0.01, 1, 0.01),
            settings => settings.Sampling.TopP, (settings, value) => settings with { Sampling = settings.Sampling with { TopP = value } }),
        PlaygroundParameter.Count(
            "top_k", "Top-k", "Keeps the k likeliest tokens; 0 is off.", new(0, 200, 1),
            settings => settings.Sampling.TopK, (settings, value) => settings with { Sampling = settings.Sampling with { TopK = value } }),
        PlaygroundParameter.Number(
            "min_p", "Min-p", "Drops tokens less likely than this share of the likeliest one. From 0 (off) to 1.", new(0, 1, 0.01),
            settings => settings.Sampling.MinP, (settings, value) => settings with { Sampling = settings.Sampling with { MinP = value } }),
        PlaygroundParameter.Number(
            "presence_penalty", "Presence penalty", "Subtracted from tokens that were generated before. From -2 to 2; 0 is off.", new(-2, 2, 0.1),
            settings => settings.Sampling.PresencePenalty, (settings, value) => settings with { Sampling = settings.Sampling with { PresencePenalty = value } }),
        PlaygroundParameter.Number(
            "frequency_penalty", "Frequency penalty", "Subtracted from a token for each time it was generated before. From -2 to 2; 0 is off.", new(-2, 2, 0.1),
            settings => settings.Sampling.FrequencyPenalty, (settings, value) => settings with { Sampling = settings.Sampling with { FrequencyPenalty = value } }),
        PlaygroundParameter.Number(
            "repetition_penalty", "Repetition penalty", "Makes tokens of the prompt and the answer less likely. Above 0; 1 is off.", new(0.5, 2, 0.05),
            settings => settings.Sampling.RepetitionPenalty, (settings, value) => settings with { Sampling = settings.Sampling with { RepetitionPenalty = value } }),
        PlaygroundParameter.OptionalNumber(
            "seed", "Seed", "The same seed, prompt and parameters give the same answer. Empty: a fresh one each time.",
            settings => settings.Sampling.Seed, (settings, value) => settings with { Sampling = settings.Sampling with { Seed = value } }),
    ];

    public static PlaygroundParameter? Find(string key) => All.FirstOrDefault(parameter => parameter.Key == key);
}
