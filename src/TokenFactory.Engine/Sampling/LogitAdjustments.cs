using System.Numerics;

namespace TokenFactory.Engine.Sampling;

/// <summary>Bias, penalties and a constraint's mask, applied to a row of logits in place before temperature.</summary>
internal static class LogitAdjustments
{
    private const int BitsOfWord = 32;

    public static bool Needed(SamplingState state) => state.Parameters.LogitBias is { Count: > 0 } || state.GeneratedCounts is not null || state.IsConstrained;

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

    /// <summary>Puts every token that a mask leaves out beyond reach.</summary>
    /// <param name="logits">Shape [vocabulary].</param>
    /// <param name="mask">A bit for each of them.</param>
    public static void ApplyMask(Span<float> logits, ReadOnlySpan<uint> mask)
    {
        for (int word = 0; word * BitsOfWord < logits.Length; word++)
        {
            Span<float> part = logits[(word * BitsOfWord)..Math.Min((word + 1) * BitsOfWord, logits.Length)];
            uint bits = mask[word];
            if (bits == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }
            for (uint left = ~bits; left != 0; left &= left - 1)
            {
                int token = BitOperations.TrailingZeroCount(left);
                if (token >= part.Length)
                {
                    break;
                }
                part[token] = float.NegativeInfinity;
            }
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
