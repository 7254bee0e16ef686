namespace TokenFactory.Engine.Sampling;

/// <summary>Bias and penalties, applied to a row of logits in place before temperature.</summary>
internal static class LogitAdjustments
{
    public static bool Needed(SamplingState state) => state.Parameters.LogitBias is { Count: > 0 } || state.GeneratedCounts is not null;

    public static void Apply(Span<float> logits, SamplingState state)
    {
        SamplingParameters parameters = state.Parameters;
        if (parameters.LogitBias is { Count: > 0 } bias)
        {
            foreach ((int token, float value) in bias)
            {
                logits[token] += value;
            }
        }
        if (state.GeneratedCounts is { } counts)
        {
            ApplyPenalties(logits, parameters, counts, state.PromptTokens);
        }
    }

    private static void ApplyPenalties(Span<float> logits, SamplingParameters parameters, Dictionary<int, int> counts, HashSet<int>? prompt)
    {
        if (prompt is not null)
        {
            foreach (int token in prompt)
            {
                logits[token] = Repeat(logits[token], parameters.RepetitionPenalty);
            }
        }
        foreach ((int token, int count) in counts)
        {
            if (prompt is not null && !prompt.Contains(token))
            {
                logits[token] = Repeat(logits[token], parameters.RepetitionPenalty);
            }
            logits[token] -= parameters.PresencePenalty + (parameters.FrequencyPenalty * count);
        }
    }

    private static float Repeat(float logit, float penalty) => logit > 0 ? logit / penalty : logit * penalty;
}
