using System.Globalization;

namespace TokenFactory.Engine.Sampling;

/// <summary>A parameter that cannot be honoured: its wire name and what is allowed.</summary>
public sealed record ParameterProblem(string Parameter, string Message);

/// <summary>Checks sampling parameters before a request is queued, so that an executor never sees absurd ones.</summary>
public static class SamplingParametersValidator
{
    private const float MostTemperature = 2;
    private const float MostPenalty = 2;
    private const float MostBias = 100;

    /// <summary>The first problem found, or null. NaN and infinities are problems everywhere.</summary>
    /// <param name="parameters">What the client asked for.</param>
    /// <param name="vocabularySize">Token ids in the logit bias must lie below it.</param>
    public static ParameterProblem? FindProblem(SamplingParameters parameters, int vocabularySize) =>
        Within("temperature", parameters.Temperature, 0, MostTemperature)
        ?? (parameters.TopK < 0 ? new ParameterProblem("top_k", $"top_k is {parameters.TopK}; it must be 0 (off) or more.") : null)
        ?? (parameters.TopP is > 0 and <= 1 ? null : new ParameterProblem("top_p", $"top_p is {Text(parameters.TopP)}; it must be above 0 and at most 1."))
        ?? Within("min_p", parameters.MinP, 0, 1)
        ?? (parameters.RepetitionPenalty is > 0 and <= MostBias
            ? null
            : new ParameterProblem("repetition_penalty", $"repetition_penalty is {Text(parameters.RepetitionPenalty)}; it must be above 0 and at most {MostBias}."))
        ?? Within("presence_penalty", parameters.PresencePenalty, -MostPenalty, MostPenalty)
        ?? Within("frequency_penalty", parameters.FrequencyPenalty, -MostPenalty, MostPenalty)
        ?? TopLogprobs(parameters)
        ?? LogitBias(parameters, vocabularySize);

    private static ParameterProblem? TopLogprobs(SamplingParameters parameters) => parameters.TopLogprobs switch
    {
        < 0 or > SamplingParameters.MostTopLogprobs => new ParameterProblem(
            "top_logprobs", $"top_logprobs is {parameters.TopLogprobs}; it must be from 0 to {SamplingParameters.MostTopLogprobs}."),
        > 0 when !parameters.Logprobs => new ParameterProblem("top_logprobs", "top_logprobs needs logprobs to be true."),
        _ => null,
    };

    private static ParameterProblem? LogitBias(SamplingParameters parameters, int vocabularySize)
    {
        if (parameters.LogitBias is null)
        {
            return null;
        }
        foreach ((int token, float bias) in parameters.LogitBias)
        {
            if (token < 0 || token >= vocabularySize)
            {
                return new ParameterProblem("logit_bias", $"logit_bias names token {token}; this model's tokens run from 0 to {vocabularySize - 1}.");
            }
            if (!(Math.Abs(bias) <= MostBias))
            {
                return new ParameterProblem("logit_bias", $"logit_bias for token {token} is {Text(bias)}; it must be from -{MostBias} to {MostBias}.");
            }
        }
        return null;
    }

    private static ParameterProblem? Within(string name, float value, float least, float most) =>
        value >= least && value <= most
            ? null
            : new ParameterProblem(name, $"{name} is {Text(value)}; it must be from {Text(least)} to {Text(most)}.");

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
